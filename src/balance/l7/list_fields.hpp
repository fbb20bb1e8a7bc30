// SPDX-License-Identifier: Apache-2.0
// Fields that hold lists may come in several lines and mean one (RFC 9110 5.3): joined, counted, and set anew.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

#include <cstddef>
#include <string_view>

namespace sallyport::l7 {

/// Without blanks and tabs around it.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// Takes the text up to `separator`, or all of it, from the beginning of `rest`, without blanks around it.
[[nodiscard]] std::string_view take_part(std::string_view& rest, char separator) noexcept;
/// Elements between commas that are not empty.
[[nodiscard]] std::size_t count_elements(std::string_view list) noexcept;
/// The values of all fields of that name with ", " between; empty ones are left out. A single one is not copied.
[[nodiscard]] std::string_view join_list(std::string_view name, http::TextArena& arena, const http::Fields& fields);
/// One field of that name, in the place of the first if there is one. Name and value have to live as long as `fields`.
void replace_all(std::string_view name, std::string_view value, http::Fields& fields);

} // namespace sallyport::l7
