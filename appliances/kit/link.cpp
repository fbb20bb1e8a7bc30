// SPDX-License-Identifier: Apache-2.0
#include "kit/link.hpp"

#include "kit/outer_header.hpp"
#include "kit/socket_setup.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace sallyport::appliances {

namespace {

constexpr std::size_t control_size = 128;

/// Reads the ancillary data of one packet; the destination address is the only thing that must be there.
bool read_control(msghdr& message, OuterAddresses& out) noexcept {
    bool has_destination = false;
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            in_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(item), sizeof info);
            out.destination = IpAddress::v4(ntohl(info.ipi_addr.s_addr));
            has_destination = true;
        } else if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TOS) {
            out.traffic_class = *CMSG_DATA(item);
        } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            in6_pktinfo info{};
            std::memcpy(&info, CMSG_DATA(item), sizeof info);
            out.destination = IpAddress::v6(info.ipi6_addr.s6_addr);
            has_destination = true;
        } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_TCLASS) {
            int traffic_class = 0;
            std::memcpy(&traffic_class, CMSG_DATA(item), sizeof traffic_class);
            out.traffic_class = static_cast<std::uint8_t>(traffic_class);
        }
    }
    return has_destination;
}

void read_source(const sockaddr_storage& from, OuterAddresses& out) noexcept {
    if (from.ss_family == AF_INET) {
        const auto& address = reinterpret_cast<const sockaddr_in&>(from);
        out.source = IpAddress::v4(ntohl(address.sin_addr.s_addr));
        out.source_port = ntohs(address.sin_port);
    } else {
        const auto& address = reinterpret_cast<const sockaddr_in6&>(from);
        out.source = IpAddress::v6(address.sin6_addr.s6_addr);
        out.source_port = ntohs(address.sin6_port);
    }
    out.destination_port = geneve::udp_port;
}

void count_failure(int error, LinkCounters& counters) noexcept {
    switch (error) {
    case EMSGSIZE:
        ++counters.send_too_large;
        break;
    case ENETUNREACH:
    case EHOSTUNREACH:
        ++counters.send_no_route;
        break;
    default:
        ++counters.send_failed;
    }
}

} // namespace

/// All that one batch needs, allocated once. The payloads' pages become real memory only as far as packets fill them.
struct Link::Buffers {
    struct Packet {
        std::uint8_t payload[max_payload_size];
        alignas(cmsghdr) std::uint8_t control[control_size];
        sockaddr_storage from;
        iovec received;
        OuterAddresses outer;
        OuterHeader header;
        Answer answer;
        iovec sent[3];
    };

    std::unique_ptr<Packet[]> packets{new Packet[batch]};
    mmsghdr incoming[batch] = {};
    mmsghdr outgoing[batch] = {};
    unsigned answered[batch] = {}; // which packet of the incoming ones

    void prepare() noexcept {
        for (unsigned i = 0; i < batch; ++i) {
            Packet& packet = packets[i];
            packet.received = {packet.payload, sizeof packet.payload};
            msghdr& message = incoming[i].msg_hdr;
            message = {};
            message.msg_name = &packet.from;
            message.msg_namelen = sizeof packet.from;
            message.msg_iov = &packet.received;
            message.msg_iovlen = 1;
            message.msg_control = packet.control;
            message.msg_controllen = sizeof packet.control;
        }
    }

    [[nodiscard]] std::span<const std::uint8_t> payload(unsigned index) const noexcept {
        return {packets[index].payload, incoming[index].msg_len};
    }

    /// The packet itself is what is sent back, behind new outer headers; its sender is who gets it.
    void put_outgoing(unsigned slot, unsigned index, const Answer& answer) {
        answered[slot] = index;
        Packet& packet = packets[index];
        packet.answer = answer;
        const std::span<const std::uint8_t> head = packet.answer.head();
        packet.header = answer_header(packet.outer, head, answer.rest);
        packet.sent[0] = {packet.header.bytes.data(), packet.header.size};
        packet.sent[1] = {const_cast<std::uint8_t*>(head.data()), head.size()};
        packet.sent[2] = {const_cast<std::uint8_t*>(answer.rest.data()), answer.rest.size()};
        // A raw IPv6 socket takes the port for a protocol number and refuses ours.
        if (packet.from.ss_family == AF_INET6) reinterpret_cast<sockaddr_in6&>(packet.from).sin6_port = 0;
        msghdr& message = outgoing[slot].msg_hdr;
        message = {};
        message.msg_name = &packet.from;
        message.msg_namelen = packet.from.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        message.msg_iov = packet.sent;
        message.msg_iovlen = 3;
    }

    /// For an answer that is too large for the way: leaves out what it says about the flow. False when that is no help.
    [[nodiscard]] bool shorten(unsigned slot) {
        const unsigned index = answered[slot];
        if (packets[index].answer.verdict == geneve::FlowVerdict::none) return false;
        const auto shorter = without_verdict(payload(index), packets[index].answer);
        if (shorter) put_outgoing(slot, index, *shorter);
        return shorter.has_value();
    }
};

Link::Link(Descriptor receiver, Descriptor sender)
    : receiver_(std::move(receiver)), sender_(std::move(sender)), buffers_(std::make_unique<Buffers>()) {}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

int Link::receiver() const noexcept {
    return receiver_.number();
}

Result<Link> Link::open(const IpAddress& listen, std::uint32_t socket_buffer_bytes) {
    // The sender first: without the privilege to send, nothing else matters.
    auto sender = open_sender(listen.family(), socket_buffer_bytes);
    if (!sender) return tl::unexpected<Error>(sender.error());
    auto receiver = open_receiver(listen, socket_buffer_bytes);
    if (!receiver) return tl::unexpected<Error>(receiver.error());
    return Link(std::move(*receiver), std::move(*sender));
}

unsigned Link::serve(Appliance& appliance, Instant now, AnswerCounters& answers, LinkCounters& counters) {
    buffers_->prepare();
    const int received = ::recvmmsg(receiver_.number(), buffers_->incoming, batch, MSG_DONTWAIT, nullptr);
    if (received <= 0) return 0;

    unsigned to_send = 0;
    for (unsigned i = 0; i < static_cast<unsigned>(received); ++i) {
        msghdr& message = buffers_->incoming[i].msg_hdr;
        OuterAddresses& outer = buffers_->packets[i].outer;
        outer = {};
        read_source(buffers_->packets[i].from, outer);
        if (!read_control(message, outer) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
            ++counters.receive_incomplete;
            continue;
        }
        if (const auto reply = answer(buffers_->payload(i), appliance, now, answers)) {
            buffers_->put_outgoing(to_send++, i, *reply);
        }
    }

    for (unsigned done = 0; done < to_send;) {
        const int sent = ::sendmmsg(sender_.number(), &buffers_->outgoing[done], to_send - done, 0);
        if (sent > 0) {
            counters.sent += static_cast<unsigned>(sent);
            done += static_cast<unsigned>(sent);
        } else if (errno != EINTR && !(errno == EMSGSIZE && buffers_->shorten(done))) {
            // One packet that cannot be sent is counted and left; those behind it still have their turn.
            count_failure(errno, counters);
            ++done;
        }
    }
    return static_cast<unsigned>(received);
}

} // namespace sallyport::appliances
