// SPDX-License-Identifier: Apache-2.0
// The pair of sockets behind one listening address: a UDP socket on 6081 that receives (so that the kernel knows the
// port as taken and sends no ICMP), and a raw socket that sends, because answers leave from the gateway's port.
#pragma once

#include "kit/answer.hpp"
#include "support/address.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>

namespace sallyport::appliances {

struct LinkCounters {
    std::uint64_t sent = 0;
    std::uint64_t receive_incomplete = 0; // the kernel did not say where the packet was sent to, or cut it
    std::uint64_t send_too_large = 0;     // longer than the route's MTU; answers are never fragmented
    std::uint64_t send_no_route = 0;
    std::uint64_t send_failed = 0; // for any other reason
};

class Link {
public:
    /// 65535 less the shortest IP header and the UDP header.
    static constexpr std::size_t max_payload_size = 65535 - 20 - 8;
    static constexpr unsigned batch = 64;

    /// Opens both sockets. The error says what to do: privileges, port taken, no such address.
    static Result<Link> open(const IpAddress& listen, std::uint32_t socket_buffer_bytes);

    Link(Link&&) noexcept;
    Link& operator=(Link&&) noexcept;
    ~Link();

    [[nodiscard]] int receiver() const noexcept;

    /// Receives what is waiting, one batch at most, and sends the answers. How many packets that were; never blocks.
    unsigned serve(Appliance& appliance, Instant now, AnswerCounters& answers, LinkCounters& counters);

private:
    struct Buffers;
    Link(Descriptor receiver, Descriptor sender);

    Descriptor receiver_;
    Descriptor sender_;
    std::unique_ptr<Buffers> buffers_;
};

} // namespace sallyport::appliances
