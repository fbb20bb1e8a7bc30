// SPDX-License-Identifier: Apache-2.0
// Does a server name (SNI) fit a rule's pattern: an exact name, or a wildcard *.example.com?
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::balance {

/// Letters, digits, '-', '_' and dots between labels of 1 to 63; "*." may stand in front, and "*" alone is any name.
[[nodiscard]] bool is_server_name_pattern(std::string_view text) noexcept;

/// Whatever the case, and whether the name ends with a dot or not. "*.example.com" fits one and more labels in front of
/// "example.com" (as in nginx, Envoy and the Kubernetes Gateway API), not "example.com" itself. "*" fits every name,
/// not the absence of one.
[[nodiscard]] bool server_name_fits(std::string_view pattern, std::string_view name) noexcept;

/// The first that fits, in the order given. Nothing: none does.
[[nodiscard]] std::optional<std::size_t> first_fitting(std::span<const std::string> patterns,
                                                       std::string_view name) noexcept;

} // namespace sallyport::balance
