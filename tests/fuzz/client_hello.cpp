// SPDX-License-Identifier: Apache-2.0
// Any bytes as the beginning of a TLS connection: nothing is read past the end, and in whatever pieces they come they
// are read the same.
#include "balance/proxy/client_hello.hpp"

#include <algorithm>
#include <cstdlib>

using namespace sallyport::balance;

namespace {

using State = ClientHelloReader::State;

constexpr std::size_t bound = 2048; // small, so that a fuzzer meets it

void require(bool holds) {
    if (!holds) std::abort();
}

/// An exact copy, so that AddressSanitizer notices a read past what has come.
State read(ClientHelloReader& reader, std::span<const std::uint8_t> bytes) {
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    return reader.read(exact);
}

/// `step` bytes more each time; from the first answer on nothing changes any more.
void read_in_steps(ClientHelloReader& reader, std::span<const std::uint8_t> bytes, std::size_t step) {
    State state = State::needs_more;
    for (std::size_t size = 0; size < bytes.size() && state == State::needs_more;) {
        size = std::min(bytes.size(), size + step);
        state = read(reader, bytes.first(size));
    }
    require(read(reader, bytes) == state || bytes.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    ClientHelloReader whole(bound);
    const State state = read(whole, bytes);
    require(state != State::needs_more || size < bound);
    require((state == State::failed) == (whole.fault() != HelloFault::none));
    require(describe(whole.fault()).size() > 1);
    if (state == State::done) {
        require(whole.hello().server_name.size() <= max_server_name_size);
        require(whole.hello().alpn.size() <= max_alpn_names);
    }
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}}) {
        ClientHelloReader pieces(bound);
        read_in_steps(pieces, bytes, step);
        // In pieces the bound may come before a fault further back, or before the end.
        if (pieces.fault() == HelloFault::hello_too_long || state != State::done) continue;
        require(pieces.hello().server_name == whole.hello().server_name && pieces.hello().alpn == whole.hello().alpn);
    }
    return 0;
}
