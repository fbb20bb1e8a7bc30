// SPDX-License-Identifier: Apache-2.0
#include "geneve/gwlb.hpp"

namespace sallyport::geneve::detail {

namespace {

/// Marks one option as seen; it may be there once, with the length that its type demands.
Fault take(const Option& option, std::size_t size_bytes, bool& seen) noexcept {
    if (option.data.size() != size_bytes) return Fault::option_length_wrong;
    if (seen) return Fault::option_duplicated;
    seen = true;
    return Fault::none;
}

Fault read_one(const Option& option, GwlbOptions& out) noexcept {
    Fault fault = Fault::none;
    switch (option.type) {
    case gwlb_type_endpoint_id:
        fault = take(option, 8, out.has_endpoint_id);
        if (fault == Fault::none) out.endpoint_id = load_be64(option.data.data());
        return fault;
    case gwlb_type_attachment_id:
        fault = take(option, 8, out.has_attachment_id);
        if (fault == Fault::none) out.attachment_id = load_be64(option.data.data());
        return fault;
    case gwlb_type_flow_cookie:
        fault = take(option, 4, out.has_flow_cookie);
        if (fault == Fault::none) out.flow_cookie = load_be32(option.data.data());
        return fault;
    default:
        return option.critical() ? Fault::critical_option_unknown : Fault::none;
    }
}

} // namespace

Fault read_gwlb_options_in_any_order(std::span<const std::uint8_t> options, GwlbOptions& out,
                                     ReservedBits reserved) noexcept {
    out = {};
    OptionReader reader(options, reserved);
    Option option;
    while (reader.next(option)) {
        if (option.option_class == gwlb_option_class) {
            if (const Fault fault = read_one(option, out); fault != Fault::none) return fault;
        } else if (option.critical()) {
            // RFC 8926 3.5: an endpoint that does not know a critical option drops the packet.
            return Fault::critical_option_unknown;
        }
    }
    return reader.fault();
}

} // namespace sallyport::geneve::detail
