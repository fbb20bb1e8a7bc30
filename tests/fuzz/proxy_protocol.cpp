// SPDX-License-Identifier: Apache-2.0
// Any bytes as the beginning of a connection from a trusted upstream: nothing is read past their end, an answer stays
// the answer when more comes, and what is read and written again is read as the same.
#include "balance/proxy/proxy_protocol.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sallyport::balance;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool same(const ProxyReading& a, const ProxyReading& b) {
    return a.state == b.state && a.fault == b.fault && a.header.size == b.header.size &&
           a.header.route == b.header.route;
}

/// Byte by byte, each time an exact copy, so that AddressSanitizer notices a read past what has come.
ProxyReading read_growing(std::span<const std::uint8_t> bytes) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::uint8_t> exact(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        ProxyReading reading = read_proxy_header(exact);
        if (reading.state == Reading::needs_more) continue;
        reading.header.tlvs = {}; // of a copy that goes
        return reading;
    }
    return read_proxy_header(bytes);
}

void write_again(const ProxyHeader& header) {
    ProxyHeaderWriter writer(header.route);
    bool is_whole = header.route.has_value();
    TlvReader reader(header.tlvs);
    for (Tlv tlv; reader.next(tlv);)
        is_whole = writer.add(tlv.type, tlv.value) && is_whole;
    require(reader.is_sound());
    const std::vector<std::uint8_t> bytes = writer.finish();
    const ProxyReading again = read_proxy_header(bytes);
    // A checksum field is written as it stood, and is wrong now.
    if (again.fault == ProxyFault::checksum_wrong) return;
    require(again.state == Reading::done && again.header.size == bytes.size() && again.header.route == header.route);
    if (!is_whole) return;
    require(std::equal(header.tlvs.begin(), header.tlvs.end(), again.header.tlvs.begin()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const ProxyReading reading = read_proxy_header(bytes);
    require(same(read_growing(bytes), reading));
    require((reading.state == Reading::malformed) == (reading.fault != ProxyFault::none));
    require(describe(reading.fault).size() > 1);
    require(reading.state != Reading::needs_more || size < max_proxy_header_size);
    if (reading.state != Reading::done) return 0;
    require(reading.header.size <= std::min(size, max_proxy_header_size));
    write_again(reading.header);
    return 0;
}
