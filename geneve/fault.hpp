// SPDX-License-Identifier: Apache-2.0
// Each way in which a GENEVE packet can be wrong, with its name for counters and its sentence for people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::geneve {

enum class Fault : std::uint8_t {
    none,
    header_truncated,
    version_unsupported,
    reserved_bits_set,
    control_packet,
    protocol_type_unsupported,
    options_truncated,
    option_header_truncated,
    option_reserved_bits_set,
    option_overrun,
    option_length_wrong,
    option_duplicated,
    critical_option_unknown,
};

struct FaultText {
    Fault fault;
    std::string_view name;
    std::string_view sentence;
};

inline constexpr std::array fault_texts{
    FaultText{Fault::none, "none", "The packet is well formed."},
    FaultText{Fault::header_truncated, "header_truncated",
              "The UDP payload is shorter than the eight bytes of a GENEVE header."},
    FaultText{Fault::version_unsupported, "version_unsupported", "The GENEVE version is not 0."},
    FaultText{Fault::reserved_bits_set, "reserved_bits_set", "A reserved bit of the GENEVE header is set."},
    FaultText{Fault::control_packet, "control_packet",
              "The O bit marks a control message, whose payload is not traffic and may not be forwarded."},
    FaultText{Fault::protocol_type_unsupported, "protocol_type_unsupported",
              "The payload is neither IPv4, IPv6 nor Ethernet."},
    FaultText{Fault::options_truncated, "options_truncated",
              "The header announces more option bytes than the packet has."},
    FaultText{Fault::option_header_truncated, "option_header_truncated",
              "Fewer than four bytes are left where an option header should be."},
    FaultText{Fault::option_reserved_bits_set, "option_reserved_bits_set",
              "A reserved bit of an option header is set."},
    FaultText{Fault::option_overrun, "option_overrun", "An option's data goes on past the end of the options."},
    FaultText{Fault::option_length_wrong, "option_length_wrong",
              "A GWLB option has another length than its type demands."},
    FaultText{Fault::option_duplicated, "option_duplicated", "A GWLB option is there twice."},
    FaultText{Fault::critical_option_unknown, "critical_option_unknown",
              "An option that the receiver must understand is unknown here."},
};

inline constexpr std::size_t fault_count = fault_texts.size();

constexpr std::size_t index(Fault fault) noexcept {
    return static_cast<std::size_t>(fault);
}

static_assert(
    [] {
        for (std::size_t i = 0; i < fault_count; ++i) {
            if (index(fault_texts[i].fault) != i) return false;
        }
        return index(Fault::critical_option_unknown) + 1 == fault_count;
    }(),
    "one line for each fault, in the order of the enum");

/// The fault's word in counters, logs and the command line.
constexpr std::string_view name(Fault fault) noexcept {
    return fault_texts[index(fault)].name;
}

/// One sentence for people.
constexpr std::string_view describe(Fault fault) noexcept {
    return fault_texts[index(fault)].sentence;
}

} // namespace sallyport::geneve
