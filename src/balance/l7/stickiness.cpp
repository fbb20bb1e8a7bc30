// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/stickiness.hpp"

#include "balance/l7/list_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace sallyport::l7 {
namespace {

using namespace std::chrono_literals;

constexpr unsigned most_opened = 4;           // of a request: who sends more of them gets no more attention
constexpr auto browser_keeps = 24h * 7;       // Expires, whatever the duration: ALB's way
constexpr auto without_end = 24h * 365 * 100; // a cookie of the browser's session, by its seal

struct Names {
    std::string_view plain;
    std::string_view cors; // for requests from other sites
};
constexpr std::array<Names, 2> load_balancer_names{{{"SALLYPORTLB", "SALLYPORTLB-CORS"}, {"AWSALB", "AWSALBCORS"}}};
constexpr std::array<Names, 2> group_names{{{"SALLYPORTTG", "SALLYPORTTG-CORS"}, {"AWSALBTG", "AWSALBTGCORS"}}};
constexpr std::array<Names, 2> application_names{{{"SALLYPORTAPP", ""}, {"AWSALBAPP-0", ""}}};

bool is_one_of(const std::array<Names, 2>& names, std::string_view name) noexcept {
    return !name.empty() &&
           std::ranges::any_of(names, [&](const Names& each) { return name == each.plain || name == each.cors; });
}

/// Each cookie of all Cookie fields (HTTP/2 may split them: RFC 9113 8.2.3) until `visit` says true.
template <typename Visit>
bool any_cookie(const http::Fields& fields, const Visit& visit) {
    for (const http::Field& field : fields) {
        if (!http::equal_names(field.name, "Cookie")) continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            const std::string_view pair = take_part(rest, ';');
            const std::size_t middle = pair.find('=');
            if (middle != std::string_view::npos && visit(pair.substr(0, middle), pair.substr(middle + 1))) return true;
        }
    }
    return false;
}

struct Wanted {
    SealedKind kind;
    std::optional<std::uint64_t> group; // nothing: any
};

std::optional<StickyContent> find_content(CookieSealer& sealer, const http::Fields& fields, const Wanted& wanted,
                                          UnixTime now) {
    const auto& names = wanted.kind == SealedKind::load_balancer ? load_balancer_names
                        : wanted.kind == SealedKind::group       ? group_names
                                                                 : application_names;
    std::optional<StickyContent> found;
    unsigned opened = 0;
    any_cookie(fields, [&](std::string_view name, std::string_view value) {
        if (!is_one_of(names, name)) return false;
        const auto content = sealer.open(value);
        if (content && content->kind == wanted.kind && content->expires > now &&
            (!wanted.group || content->group == *wanted.group)) {
            found = content;
        }
        return found || ++opened == most_opened;
    });
    return found;
}

/// A whole second, not before its time.
std::chrono::sys_seconds end_of(UnixTime now, std::chrono::milliseconds duration) noexcept {
    return std::chrono::ceil<std::chrono::seconds>(now + duration);
}

void set_both(const Names& names, std::string_view sealed, std::string_view expires, http::TextArena& arena,
              http::Fields& response) {
    const std::string_view tail = arena.join({sealed, "; Expires=", expires, "; Path=/"});
    response.push_back({"Set-Cookie", arena.join({names.plain, "=", tail})});
    response.push_back({"Set-Cookie", arena.join({names.cors, "=", tail, "; SameSite=None; Secure"})});
}

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) noexcept {
    std::array<char, 40> terminated = {};
    if (text.size() >= terminated.size()) return {};
    std::copy(text.begin(), text.end(), terminated.begin());
    // What servers write: RFC 9110 5.6.7's form, and the older one with dashes.
    for (const char* const form : {"%a, %d %b %Y %H:%M:%S GMT", "%a, %d-%b-%Y %H:%M:%S GMT"}) {
        std::tm date = {};
        const char* const end = ::strptime(terminated.data(), form, &date);
        if (end != nullptr && *end == '\0') return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&date)));
    }
    return {};
}

std::optional<std::int64_t> parse_max_age(std::string_view text) noexcept {
    if (text.empty()) return {};
    constexpr std::int64_t most = std::chrono::seconds(without_end).count();
    const bool is_negative = text.front() == '-';
    const std::string_view digits = text.substr(is_negative ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
    std::int64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (is_negative) return 0;
    return read.ec == std::errc::result_out_of_range ? most : std::min(number, most);
}

} // namespace

std::optional<std::chrono::sys_seconds> cookie_end(std::string_view set_cookie, UnixTime now) noexcept {
    std::string_view rest = set_cookie.substr(std::min(set_cookie.find(';'), set_cookie.size()));
    std::optional<std::chrono::sys_seconds> by_date;
    std::optional<std::chrono::sys_seconds> by_age;
    while (!rest.empty()) {
        const std::string_view part = take_part(rest, ';');
        const std::size_t middle = part.find('=');
        if (middle == std::string_view::npos) continue;
        const std::string_view name = trim(part.substr(0, middle));
        const std::string_view value = trim(part.substr(middle + 1));
        if (http::equal_names(name, "Expires")) {
            if (const auto date = parse_date(value)) by_date = date;
        } else if (http::equal_names(name, "Max-Age")) {
            if (const auto age = parse_max_age(value)) by_age = whole_seconds(now) + std::chrono::seconds(*age);
        }
    }
    return by_age ? by_age : by_date;
}

std::optional<std::uint64_t> Stickiness::group(const http::Fields& request, UnixTime now) {
    const auto content = find_content(sealer_, request, {SealedKind::group, {}}, now);
    return content ? std::optional(content->group) : std::nullopt;
}

std::optional<std::uint64_t> Stickiness::target(const http::Fields& request, const config::HttpClient& settings,
                                                std::uint64_t group, UnixTime now) {
    if (settings.cookie == config::CookieKind::none) return {};
    const bool is_application = settings.cookie == config::CookieKind::application;
    if (is_application &&
        !any_cookie(request, [&](std::string_view name, std::string_view) { return name == settings.cookie_name; })) {
        return {};
    }
    const SealedKind kind = is_application ? SealedKind::application : SealedKind::load_balancer;
    const auto content = find_content(sealer_, request, {kind, group}, now);
    return content ? std::optional(content->target) : std::nullopt;
}

void Stickiness::keep_group(const GroupCookie& cookie, UnixTime now, http::TextArena& arena, http::Fields& response) {
    if (cookie.duration <= 0ms) return;
    SealedText sealed;
    if (!sealer_.seal({SealedKind::group, cookie.group, 0, end_of(now, cookie.duration)}, sealed)) return;
    set_both(group_names[cookie.amazon_names ? 1 : 0], {sealed.data(), sealed.size()}, expires_.at(now + browser_keeps),
             arena, response);
}

void Stickiness::keep_target(const config::HttpClient& settings, const Seat& seat, UnixTime now, http::TextArena& arena,
                             http::Fields& response) {
    switch (settings.cookie) {
    case config::CookieKind::none:
        return;
    case config::CookieKind::load_balancer:
        return keep_duration(
            settings, {SealedKind::load_balancer, seat.group, seat.target, end_of(now, settings.cookie_duration)}, now,
            arena, response);
    case config::CookieKind::application:
        return keep_application(settings, seat, now, arena, response);
    }
}

void Stickiness::keep_duration(const config::HttpClient& settings, const StickyContent& content, UnixTime now,
                               http::TextArena& arena, http::Fields& response) {
    SealedText sealed;
    if (!sealer_.seal(content, sealed)) return;
    set_both(load_balancer_names[settings.amazon_cookie_names ? 1 : 0], {sealed.data(), sealed.size()},
             expires_.at(now + browser_keeps), arena, response);
}

/// Ours gets the attributes of theirs as they are written, so that browsers keep, send and forget the two alike.
void Stickiness::keep_application(const config::HttpClient& settings, const Seat& seat, UnixTime now,
                                  http::TextArena& arena, http::Fields& response) {
    const auto is_theirs = [&](const http::Field& field) {
        const std::size_t end = field.value.find('=');
        return end != std::string_view::npos && http::equal_names(field.name, "Set-Cookie") &&
               trim(field.value.substr(0, end)) == settings.cookie_name;
    };
    const auto theirs = std::ranges::find_if(response, is_theirs);
    if (theirs == response.end()) return;
    const std::size_t behind_value = theirs->value.find(';');
    const std::string_view attributes =
        behind_value == std::string_view::npos ? std::string_view{} : theirs->value.substr(behind_value);
    const std::chrono::sys_seconds end = cookie_end(theirs->value, now).value_or(end_of(now, without_end));
    SealedText sealed;
    if (!sealer_.seal({SealedKind::application, seat.group, seat.target, end}, sealed)) return;
    const std::string_view name = application_names[settings.amazon_cookie_names ? 1 : 0].plain;
    response.push_back({"Set-Cookie", arena.join({name, "=", {sealed.data(), sealed.size()}, attributes})});
}

} // namespace sallyport::l7
