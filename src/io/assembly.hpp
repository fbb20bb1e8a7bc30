// SPDX-License-Identifier: Apache-2.0
// The steps from a config to a station: each makes one kind of thing, or says why it can not.
#pragma once

#include "config/config.hpp"
#include "io/eal.hpp"
#include "io/kernel_mirror.hpp"
#include "io/netlink.hpp"
#include "io/station.hpp"
#include "journey/worker.hpp"
#include "support/result.hpp"

#include <optional>
#include <vector>

namespace sallyport::io {

struct MemoryPlan {
    std::uint32_t packet_buffers = 0;
    std::uint16_t room_bytes = 0;
    std::uint64_t needed_bytes = 0; // in all
};

/// As many buffers as the config says, or more if the devices' rings would not leave any.
[[nodiscard]] MemoryPlan plan_memory(const config::Config& config, const DevicePlans& plans);

struct StartedEal {
    Eal eal;
    bool hugepages = false;
};
Result<StartedEal> start_eal(const config::Config& config, const DevicePlans& plans, const MemoryPlan& memory,
                             bool verbose);

Result<void> open_devices(Station& station, const config::Config& config, const DevicePlans& plans, Netlink& netlink,
                          bool hugepages);
/// By port index: the config's, the device's, or one of our own making where the device has none.
[[nodiscard]] std::vector<MacAddress> port_macs(const Station& station, const config::Config& config);
Result<void> open_host_links(Station& station, const config::Config& config, Netlink& netlink,
                             const std::vector<MacAddress>& macs);
Result<void> install_routes(const Station& station, const config::Config& config, Netlink& netlink);
[[nodiscard]] HostLinkIndex index_host_links(const Station& station);

/// Random ones.
[[nodiscard]] journey::WorkerKeys make_worker_keys();
/// The port whose prefix holds the route's next hop; no_index when there is none.
[[nodiscard]] PortIndex route_port(const config::Config& config, const config::Route& route);

} // namespace sallyport::io
