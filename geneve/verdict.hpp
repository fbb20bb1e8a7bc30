// SPDX-License-Identifier: Apache-2.0
// What an appliance may say about the rest of a flow, in an option of its own beside those that it gives back
// (docs/appliances.md). Not critical: a gateway that does not know it goes by the packet alone.
#pragma once

#include "geneve/options.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace sallyport::geneve {

/// Of the experimental classes, 0xFF00 to 0xFFFF (RFC 8926 3.5).
inline constexpr std::uint16_t sallyport_option_class = 0xFF53;
inline constexpr std::uint8_t sallyport_type_verdict = 1; // 12 bytes
inline constexpr std::size_t verdict_data_size = 12;
inline constexpr std::size_t verdict_option_size = option_header_size + verdict_data_size;

/// `none` is never on the wire.
enum class FlowVerdict : std::uint8_t { none, pass_rest, drop_rest, mirror_only };

/// The option's data. Both bounds are wishes: the gateway has its own, and the smaller ones hold.
struct VerdictOption {
    FlowVerdict verdict = FlowVerdict::none;
    std::uint16_t seconds = 0; // 0: as long as the gateway allows
    std::uint64_t bytes = 0;   // of IP packets in both directions; 0: as many as the gateway allows

    friend bool operator==(const VerdictOption&, const VerdictOption&) = default;
};

enum class VerdictFound : std::uint8_t { none, verdict, malformed };

struct ReadVerdict {
    VerdictFound found = VerdictFound::none;
    VerdictOption option; // of use only when it was found
};

/// Looks for the verdict among the options of a packet. Malformed: it has another length, says something unknown, has
/// bits set that are zero today (a later meaning may be the opposite), stands twice, or the options do not add up.
[[nodiscard]] inline ReadVerdict read_verdict(std::span<const std::uint8_t> options) noexcept {
    ReadVerdict read;
    OptionReader reader(options);
    Option option;
    while (reader.next(option)) {
        if (option.option_class != sallyport_option_class || option.type != sallyport_type_verdict) continue;
        const bool is_second = read.found != VerdictFound::none;
        read.found = VerdictFound::malformed;
        if (is_second || option.data.size() != verdict_data_size) return read;
        const std::uint8_t* data = option.data.data();
        if (data[0] < static_cast<std::uint8_t>(FlowVerdict::pass_rest) ||
            data[0] > static_cast<std::uint8_t>(FlowVerdict::mirror_only) || data[1] != 0) {
            return read;
        }
        read.found = VerdictFound::verdict;
        read.option = {static_cast<FlowVerdict>(data[0]), load_be16(data + 2), load_be64(data + 4)};
    }
    if (reader.fault() != Fault::none) read.found = VerdictFound::malformed;
    return read;
}

/// The whole option. The verdict is one that goes on the wire.
inline void write_verdict(std::span<std::uint8_t, verdict_option_size> out, const VerdictOption& option) noexcept {
    std::uint8_t* bytes = out.data();
    store_be16(bytes, sallyport_option_class);
    bytes[2] = sallyport_type_verdict;
    bytes[3] = verdict_data_size / 4;
    bytes[4] = static_cast<std::uint8_t>(option.verdict);
    bytes[5] = 0;
    store_be16(bytes + 6, option.seconds);
    store_be64(bytes + 8, option.bytes);
}

/// The word in the command line, in logs and in JSON; empty for `none`.
[[nodiscard]] constexpr std::string_view name(FlowVerdict verdict) noexcept {
    switch (verdict) {
    case FlowVerdict::pass_rest:
        return "pass_rest";
    case FlowVerdict::drop_rest:
        return "drop_rest";
    case FlowVerdict::mirror_only:
        return "mirror_only";
    case FlowVerdict::none:
        break;
    }
    return {};
}

} // namespace sallyport::geneve
