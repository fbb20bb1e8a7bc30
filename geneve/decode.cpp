// SPDX-License-Identifier: Apache-2.0
#include "geneve/decode.hpp"

namespace sallyport::geneve {

Fault decode(std::span<const std::uint8_t> udp_payload, Decoded& out, ReservedBits reserved) noexcept {
    if (const Fault fault = decode_header(udp_payload, out, reserved); fault != Fault::none) return fault;
    return check_options(out.options, reserved);
}

} // namespace sallyport::geneve
