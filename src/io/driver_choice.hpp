// SPDX-License-Identifier: Apache-2.0
// Which driver serves a kernel interface: a function of facts, so that every answer can be tested.
#pragma once

#include "config/config.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <string>

namespace sallyport::io {

/// The most queues of one interface that the gateway polls.
inline constexpr unsigned max_queues = 16;
/// With a larger one a packet buffer does not fit a page (see buffer_room_bytes()).
inline constexpr unsigned max_af_xdp_mtu = 1770;

struct DriverFacts {
    std::string interface;
    config::Driver wanted = config::Driver::automatic;
    bool hugepages = false; // packet buffers stand in hugepages, in one piece
    bool kernel_has_af_xdp = false;
    bool buffer_fits_page = false; // an AF_XDP chunk is at most a page
    bool has_vlans = false;        // a port of the device is tagged
    unsigned channels = 1;         // receive queues of the interface
    unsigned workers = 1;
};

struct DriverChoice {
    config::Driver driver = config::Driver::af_packet; // never automatic
    unsigned queues = 1;
    std::string reason; // a clause: "hugepages are there and the kernel has AF_XDP"
};

/// Fails, with what to do, when the config demands what can not be had.
[[nodiscard]] Result<DriverChoice> choose_driver(const DriverFacts& facts);

} // namespace sallyport::io
