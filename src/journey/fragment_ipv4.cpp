// SPDX-License-Identifier: Apache-2.0
#include "journey/fragment_ipv4.hpp"

#include "journey/encapsulate.hpp"
#include "support/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace sallyport::journey {
namespace {

constexpr unsigned max_ipv4_header_bytes = 60;
constexpr unsigned max_parts = 64; // what the smallest MTU makes of 64 KiB
constexpr std::uint8_t copied_option = 0x80;
constexpr std::uint8_t option_end = 0;
constexpr std::uint8_t option_nop = 1;

/// The header of all parts but the first: of the options only those that are to be copied.
struct LaterHeader {
    std::array<std::uint8_t, max_ipv4_header_bytes> bytes = {};
    unsigned size = sizeof(Ipv4Header);
};

/// After check_ipv4_options has found the options sound.
[[nodiscard]] LaterHeader later_header(const Packet& packet, unsigned header_bytes) noexcept {
    const std::uint8_t* ip = packet.buffer + packet.l3;
    LaterHeader header;
    std::memcpy(header.bytes.data(), ip, sizeof(Ipv4Header));
    for (unsigned at = sizeof(Ipv4Header); at < header_bytes && ip[at] != option_end;) {
        const unsigned length = ip[at] == option_nop ? 1U : ip[at + 1];
        if ((ip[at] & copied_option) != 0) {
            std::memcpy(header.bytes.data() + header.size, ip + at, length);
            header.size += length;
        }
        at += length;
    }
    header.size = (header.size + 3) / 4 * 4; // the padding is zero, which is the end of options
    header.bytes[0] = static_cast<std::uint8_t>(0x40U | header.size / 4);
    return header;
}

void finish_header(Ipv4Header& ip, unsigned total_bytes, unsigned fragment) noexcept {
    ip.total_length.set(static_cast<std::uint16_t>(total_bytes));
    ip.fragment.set(static_cast<std::uint16_t>(fragment));
    ip.checksum = be16{};
    const std::uint16_t sum = checksum_finish(checksum_add(0, &ip, ip.header_bytes()));
    ip.checksum.set_raw(sum);
}

/// The largest payload of a part that others follow.
[[nodiscard]] unsigned payload_bytes(unsigned mtu, unsigned header_bytes) noexcept {
    return (mtu - header_bytes) / 8 * 8;
}

struct Parts {
    std::array<Packet*, max_parts> packets;
    unsigned count = 0;
};

/// Empty packets with room for `bytes`, headers in front of them; all or none.
[[nodiscard]] bool allocate(Round& round, unsigned count, unsigned bytes, Parts& parts) noexcept {
    while (parts.count < count) {
        Packet* part = round.outlet.allocate();
        if (part != nullptr) parts.packets[parts.count++] = part;
        if (part == nullptr || std::max<unsigned>(part->begin, max_encapsulation_bytes) + bytes > part->capacity) {
            for (unsigned i = 0; i < parts.count; ++i)
                round.give_back(parts.packets[i]);
            return false;
        }
    }
    return true;
}

/// Makes an empty packet a part, with all that is known of the whole but where its bytes are.
void become_part(Packet& part, const Packet& whole, const LaterHeader& header,
                 std::span<const std::uint8_t> payload) noexcept {
    std::uint8_t* buffer = part.buffer;
    const std::uint16_t capacity = part.capacity;
    const std::uint16_t begin = part.begin;
    part = whole;
    part.buffer = buffer;
    part.capacity = capacity;
    part.begin = begin;
    part.l3 = static_cast<std::uint16_t>(std::max<unsigned>(begin, max_encapsulation_bytes));
    part.l4 = static_cast<std::uint16_t>(part.l3 + header.size);
    part.end = static_cast<std::uint16_t>(part.l4 + payload.size());
    part.kind = Kind::later_fragment;
    std::memcpy(buffer + part.l3, header.bytes.data(), header.size);
    std::memcpy(buffer + part.l4, payload.data(), payload.size());
}

} // namespace

std::optional<DropReason> cut(Round& round, Packet& packet, std::uint16_t mtu, Resume resume) noexcept {
    auto& ip = packet.checked_header<Ipv4Header>(packet.l3);
    const unsigned header_bytes = ip.header_bytes();
    const LaterHeader header = later_header(packet, header_bytes);
    const unsigned first_bytes = payload_bytes(mtu, header_bytes);
    const unsigned later_bytes = payload_bytes(mtu, header.size);
    const unsigned payload = packet.end - packet.l3 - header_bytes;
    const unsigned count = (payload - first_bytes + later_bytes - 1) / later_bytes;
    Parts parts;
    if (count > max_parts || !allocate(round, count, mtu, parts)) return DropReason::NoBuffer;

    // A fragment that is cut further: its parts stand where it stood, and only its own last may be the last.
    const unsigned fragment = ip.fragment.host();
    const unsigned offset = (fragment & Ipv4Header::offset_mask) * 8U;
    const std::uint8_t* bytes = packet.buffer + packet.l3 + header_bytes;
    unsigned at = first_bytes;
    for (unsigned i = 0; i < count; ++i) {
        const unsigned size = std::min(later_bytes, payload - at);
        Packet& part = *parts.packets[i];
        become_part(part, packet, header, {bytes + at, size});
        const unsigned more = at + size < payload ? Ipv4Header::more_fragments : fragment & Ipv4Header::more_fragments;
        finish_header(part.checked_header<Ipv4Header>(part.l3), header.size + size, (offset + at) / 8 | more);
        round.produce(&part, resume);
        at += size;
    }
    round.worker.counters.fragments_made.add(count);
    packet.end = static_cast<std::uint16_t>(packet.l3 + header_bytes + first_bytes);
    if (packet.kind == Kind::whole) packet.kind = Kind::first_fragment;
    finish_header(ip, header_bytes + first_bytes, fragment | Ipv4Header::more_fragments);
    return std::nullopt;
}

} // namespace sallyport::journey
