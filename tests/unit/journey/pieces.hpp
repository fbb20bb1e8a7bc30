// SPDX-License-Identifier: Apache-2.0
// Fragments as a sender or router makes them, put together again as a receiver does, and their way through a chain.
#pragma once

#include "world.hpp"

#include <algorithm>
#include <random>

namespace sallyport::journey::test {

/// Seeded, so that a failure is met again; numbers of 32 bits.
class Random {
public:
    using result_type = std::uint32_t;
    explicit Random(unsigned seed) : engine_(seed) {}
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return 0xffffffff; }
    result_type operator()() { return static_cast<result_type>(engine_()); }

private:
    std::mt19937 engine_;
};

inline bool is_v4(const Bytes& ip) {
    return ip.at(0) >> 4 == 4;
}

/// The bytes from `begin` on, `size` of them, of what stands behind `whole`'s IP header of 20 or 40 bytes.
inline Bytes fragment_of(const Bytes& whole, std::size_t begin, std::size_t size, bool more,
                         std::uint32_t id = 0x1234) {
    const std::size_t header = is_v4(whole) ? 20 : 40;
    Bytes ip = part(whole, 0, header);
    if (is_v4(whole)) {
        put16(ip, 2, static_cast<unsigned>(header + size));
        put16(ip, 4, id & 0xffff);
        put16(ip, 6, static_cast<unsigned>(begin / 8) | (more ? 0x2000U : 0U));
        fix_ipv4_checksum(ip);
    } else {
        put16(ip, 4, static_cast<unsigned>(8 + size));
        append(ip, {ip[6], 0, static_cast<std::uint8_t>(begin >> 8), static_cast<std::uint8_t>(begin + (more ? 1 : 0)),
                    static_cast<std::uint8_t>(id >> 24), static_cast<std::uint8_t>(id >> 16),
                    static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)});
        ip[6] = 44;
    }
    append(ip, part(whole, header + begin, size));
    return ip;
}

/// All of it, in order; each but the last carries `size` bytes.
inline std::vector<Bytes> fragments_of(const Bytes& whole, std::size_t size, std::uint32_t id = 0x1234) {
    const std::size_t payload = whole.size() - (is_v4(whole) ? 20 : 40);
    std::vector<Bytes> fragments;
    for (std::size_t at = 0; at < payload; at += size) {
        const bool more = at + size < payload;
        fragments.push_back(fragment_of(whole, at, more ? size : payload - at, more, id));
    }
    return fragments;
}

/// What the fragments carry (IPv4 without options, or IPv6 with nothing but the fragment header); throws when a piece
/// is missing, stands twice, or is not what the whole had there.
inline Bytes put_together(const std::vector<Bytes>& fragments) {
    std::map<std::size_t, Bytes> pieces;
    std::size_t total = 0;
    for (const Bytes& ip : fragments) {
        if (!is_sound_ip(ip)) throw std::runtime_error("a fragment is not sound");
        const unsigned field = get16(ip, is_v4(ip) ? 6 : 42);
        const std::size_t begin = is_v4(ip) ? (field & 0x1fffU) * 8 : field & 0xfff8U;
        const bool more = (field & (is_v4(ip) ? 0x2000U : 1U)) != 0;
        const std::size_t header = is_v4(ip) ? header_bytes_of(ip) : 48;
        pieces[begin] = part(ip, header, ip.size() - header);
        if (!more) total = begin + ip.size() - header;
    }
    Bytes payload;
    for (const auto& [begin, bytes] : pieces) {
        if (begin != payload.size()) throw std::runtime_error("a gap or an overlap");
        append(payload, bytes);
    }
    if (payload.size() != total || pieces.size() != fragments.size()) throw std::runtime_error("not all came");
    return payload;
}

inline Bytes payload_of(const Bytes& whole) {
    const std::size_t header = header_bytes_of(whole);
    return part(whole, header, whole.size() - header);
}

/// Where packets that arrived together went.
struct Passage {
    std::vector<std::vector<IpAddress>> appliances; // by packet that left, in the order of its visits
    std::vector<Bytes> left;                        // IP packets
    std::vector<PortIndex> ports;
    unsigned dropped = 0;
};

/// All of them through the chain, each appliance giving back what it got in an order of its own, any worker receiving.
inline Passage pass_shuffled(World& world, PortIndex port, const std::vector<Bytes>& packets, unsigned workers,
                             Random& random) {
    struct UnderWay {
        Outcome::Sent sent;
        std::vector<IpAddress> visited;
    };
    std::vector<UnderWay> under_way;
    Passage passage;
    const auto take = [&](const Outcome& outcome, const std::vector<IpAddress>& visited) {
        passage.dropped += static_cast<unsigned>(outcome.drops.size());
        for (const Outcome::Sent& sent : outcome.sent) {
            if (sent.port == inspect) {
                under_way.push_back({sent, visited});
            } else {
                passage.left.push_back(ip_of(sent.frame));
                passage.ports.push_back(sent.port);
                passage.appliances.push_back(visited);
            }
        }
    };
    for (const Bytes& ip : packets)
        take(world.arrive(port, World::frame_for(port, ip), random() % workers), {});
    while (!under_way.empty()) {
        std::swap(under_way[random() % under_way.size()], under_way.back());
        UnderWay next = under_way.back();
        under_way.pop_back();
        next.visited.push_back(tunnel_of(next.sent.frame).destination);
        take(world.give_back(next.sent.frame, random() % workers), next.visited);
    }
    return passage;
}

} // namespace sallyport::journey::test
