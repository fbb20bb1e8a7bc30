// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/error_page.hpp"

#include "balance/http/status.hpp"

#include <algorithm>
#include <string>

namespace sallyport::l7 {
namespace {

// What this gateway answers of its own accord; others are given the operator's page or none.
constexpr std::array<std::uint16_t, 17> statuses{400, 403, 404, 405, 408, 413, 414, 421, 431,
                                                 463, 464, 500, 501, 502, 503, 504, 505};
using Pages = std::array<std::string, statuses.size()>;

Pages make_pages() {
    Pages pages;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const std::string title = std::to_string(statuses[i]) + " " + std::string(http::reason_phrase(statuses[i]));
        pages[i] = "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head>\n<body><h1>" + title +
                   "</h1></body></html>\n";
    }
    return pages;
}

std::string_view page_of(std::uint16_t status) {
    static const Pages pages = make_pages();
    const auto found = std::ranges::find(statuses, status);
    return found == statuses.end() ? std::string_view{} : pages[static_cast<std::size_t>(found - statuses.begin())];
}

char* put_two(char* to, unsigned number) noexcept {
    *to++ = static_cast<char>('0' + number / 10 % 10);
    *to++ = static_cast<char>('0' + number % 10);
    return to;
}

} // namespace

void add_own_fields(const config::HttpServer& server, std::string_view date, http::Fields& fields) {
    if (server.server_header) fields.push_back({"Server", "sallyport"});
    fields.push_back({"Date", date});
}

std::string_view answer_error(const config::HttpServer& server, std::uint16_t status, std::string_view date,
                              http::ResponseHead& head) {
    head.clear();
    head.status = status;
    head.reason = http::reason_phrase(status);
    std::string_view type = "text/html";
    std::string_view body = page_of(status);
    if (const auto page = server.error_pages.find(status); page != server.error_pages.end()) {
        type = page->second.content_type;
        body = page->second.body;
    }
    add_own_fields(server, date, head.fields);
    if (!body.empty()) head.fields.push_back({"Content-Type", type});
    // RFC 9110 15.5.6 asks for it; TRACE is what is refused.
    if (status == 405) head.fields.push_back({"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"});
    head.body = {http::Framing::length, body.size()};
    return body;
}

std::string_view DateText::at(UnixTime now) noexcept {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const std::chrono::sys_seconds second = whole_seconds(now);
    if (second == written_) return {text_.data(), text_.size()};
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(second - day);
    const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
    char* to = std::copy_n(days.data() + 3 * std::chrono::weekday(day).c_encoding(), 3, text_.data());
    *to++ = ',';
    *to++ = ' ';
    to = put_two(to, static_cast<unsigned>(date.day()));
    *to++ = ' ';
    to = std::copy_n(months.data() + 3 * (static_cast<unsigned>(date.month()) - 1), 3, to);
    *to++ = ' ';
    to = put_two(put_two(to, year / 100), year % 100);
    *to++ = ' ';
    to = put_two(to, static_cast<unsigned>(time.hours().count()));
    *to++ = ':';
    to = put_two(to, static_cast<unsigned>(time.minutes().count()));
    *to++ = ':';
    to = put_two(to, static_cast<unsigned>(time.seconds().count()));
    constexpr std::string_view zone = " GMT";
    std::ranges::copy(zone, to);
    written_ = second;
    return {text_.data(), text_.size()};
}

} // namespace sallyport::l7
