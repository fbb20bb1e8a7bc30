// SPDX-License-Identifier: Apache-2.0
// Version 1 of the PROXY header, a line of text (proxy-protocol.txt 2.1); read_proxy_header() reads either version.
#pragma once

#include "balance/proxy/proxy_protocol.hpp"

namespace sallyport::balance::detail {

/// `bytes` begin with "PROXY ", or with as much of it as has come.
[[nodiscard]] ProxyReading read_proxy_line(std::span<const std::uint8_t> bytes) noexcept;

} // namespace sallyport::balance::detail
