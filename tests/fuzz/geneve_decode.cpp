// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as a UDP payload: nothing is read past its end, what is accepted adds up, and what is accepted and
// written again gives the same bytes.
#include "geneve/encode.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

using namespace sallyport::geneve;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

/// The short way through canonical options must see the same as the long one.
void compare_the_two_readers(const Decoded& decoded) {
    GwlbOptions quick;
    GwlbOptions slow;
    const Fault quick_fault = read_gwlb_options(decoded.options, quick);
    const Fault slow_fault = detail::read_gwlb_options_in_any_order(decoded.options, slow, ReservedBits::refuse);
    require(quick_fault == slow_fault && quick == slow);
}

void write_again(std::span<const std::uint8_t> packet, const Decoded& decoded) {
    std::vector<Option> options;
    OptionReader reader(decoded.options);
    for (Option option; reader.next(option);)
        options.push_back(option);
    require(reader.fault() == Fault::none);

    std::vector<std::uint8_t> room(header_size + decoded.options.size());
    const auto written =
        encode_in_front(room, {decoded.header.protocol_type, decoded.header.vni, decoded.header.control}, options);
    require(written && written->size() == room.size());
    // C need not agree with the options in a foreign packet; in ours it does.
    (*written)[1] = static_cast<std::uint8_t>(((*written)[1] & 0xBF) | (packet[1] & 0x40));
    require(std::equal(written->begin(), written->end(), packet.begin()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> packet(data, size);
    Decoded decoded;
    if (decode(packet, decoded, ReservedBits::ignore) == Fault::none) {
        require(header_size + decoded.options.size() + decoded.payload.size() == size);
    }
    Decoded strict;
    const Fault fault = decode(packet, strict);
    require(describe(fault).size() > 1);
    if (fault == Fault::none) {
        compare_the_two_readers(strict);
        write_again(packet, strict);
    }
    return 0;
}
