// SPDX-License-Identifier: Apache-2.0
// What does a client read when there is no target's answer? A small page, or the operator's; and the fields that every
// answer of ours has.
#pragma once

#include "balance/http/message.hpp"
#include "balance/l7/unix_time.hpp"
#include "config/http.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace sallyport::l7 {

/// Server (unless off) and Date. `date` lives as long as `fields`.
void add_own_fields(const config::HttpServer& server, std::string_view date, http::Fields& fields);

/// Makes the head of an error's answer and returns its content, whose bytes are constant or of `server`.
std::string_view answer_error(const config::HttpServer& server, std::uint16_t status, std::string_view date,
                              http::ResponseHead& head);

/// The date of a message (RFC 9110 5.6.7), written anew once a second.
class DateText {
public:
    /// "Sun, 06 Nov 1994 08:49:37 GMT", from 1970 to 9999. The bytes change with the next call for another second.
    [[nodiscard]] std::string_view at(UnixTime now) noexcept;

private:
    std::chrono::sys_seconds written_{std::chrono::seconds(-1)};
    std::array<char, 29> text_ = {};
};

} // namespace sallyport::l7
