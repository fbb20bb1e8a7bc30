// SPDX-License-Identifier: Apache-2.0
// Pieces of an answer as words for a table. What an answer lacks, an older gateway's say, is shown as "-".
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace sallyport::cli {

/// A text or number as it stands; "-" for null and for what is not there.
[[nodiscard]] std::string word(const boost::json::object& object, std::string_view key);
/// A list's items with commas between them; "-" for none.
[[nodiscard]] std::string list(const boost::json::object& object, std::string_view key);
/// The part of that name; empty when there is none.
[[nodiscard]] const boost::json::object& part(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::array& items(const boost::json::object& object, std::string_view key);

/// Whether it is there, and true.
[[nodiscard]] bool is_true(const boost::json::object& object, std::string_view key);
/// Of its `address` and `port`: 192.0.2.10:40000, [2001:db8::1]:443, or the address alone.
[[nodiscard]] std::string station(const boost::json::object& object);

/// Milliseconds as seconds with one digit behind the point: "0.3".
[[nodiscard]] std::string seconds(const boost::json::object& object, std::string_view key);
/// "2 d 3 h 4 min 5 s", from the largest unit that is not zero on.
[[nodiscard]] std::string duration(std::uint64_t milliseconds);
/// "12.5 MiB".
[[nodiscard]] std::string bytes(std::uint64_t count);
[[nodiscard]] std::uint64_t number(const boost::json::object& object, std::string_view key);

} // namespace sallyport::cli
