// SPDX-License-Identifier: Apache-2.0
// Any bytes as Cookie fields of a request, and as a target's Set-Cookie: nothing is read past their end, and no seat is
// given but by what was sealed. Bytes up to a newline are one field; `@` stands for a cookie that was sealed.
#include "balance/l7/stickiness.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace sallyport;
using namespace std::chrono_literals;

namespace {

constexpr l7::UnixTime now{1'800'000'000s};
constexpr l7::Seat seat{.group = 7, .target = 0x5ea75ea75ea75ea7};

void require(bool holds) {
    if (!holds) std::abort();
}

l7::CookieSealer make_sealer() {
    const auto keys = std::make_shared<const l7::CookieKeys>(*l7::CookieKeys::parse(std::string(64, 'a')));
    return {keys, {1, 2}};
}

/// Good for a day.
const std::string& sealed() {
    static const std::string text = [] {
        l7::CookieSealer sealer = make_sealer();
        l7::SealedText sealed_text;
        const auto end = l7::whole_seconds(now) + 24h;
        require(sealer.seal({l7::SealedKind::load_balancer, seat.group, seat.target, end}, sealed_text));
        return std::string(sealed_text.data(), sealed_text.size());
    }();
    return text;
}

/// Each with its bytes alone on the heap, so that AddressSanitizer notices a read past them.
std::vector<std::unique_ptr<std::string>> fields_of(std::span<const std::uint8_t> bytes) {
    std::vector<std::unique_ptr<std::string>> fields;
    fields.push_back(std::make_unique<std::string>());
    for (const std::uint8_t byte : bytes) {
        if (byte == '\n') {
            fields.push_back(std::make_unique<std::string>());
        } else if (byte == '@') {
            *fields.back() += sealed();
        } else {
            *fields.back() += static_cast<char>(byte);
        }
    }
    for (auto& field : fields)
        field->shrink_to_fit();
    return fields;
}

void read_request(l7::Stickiness& stickiness, const http::Fields& request, bool may_open) {
    const config::HttpClient settings{.cookie = config::CookieKind::load_balancer};
    const auto target = stickiness.target(request, settings, seat.group, now);
    require(!target || (may_open && *target == seat.target));
    require(!stickiness.target(request, settings, seat.group + 1, now));
    require(!stickiness.target(request, settings, seat.group, now + 24h));
    require(!stickiness.group(request, now));
    const config::HttpClient application{.cookie = config::CookieKind::application, .cookie_name = "app"};
    require(!stickiness.target(request, application, seat.group, now));
}

void read_response(l7::Stickiness& stickiness, http::Fields response) {
    const config::HttpClient settings{.cookie = config::CookieKind::application, .cookie_name = "app"};
    const std::size_t before = response.size();
    http::TextArena arena;
    stickiness.keep_target(settings, seat, now, arena, response);
    require(response.size() <= before + 1);
    for (const http::Field& field : response)
        (void)l7::cookie_end(field.value, now);
    if (response.size() == before) return;
    // What it wrote is read back, unless the target's cookie is over.
    const std::string_view set = response.back().value;
    const std::string both = "app=1;" + std::string(set.substr(0, set.find(';')));
    const auto target = stickiness.target({{"Cookie", both}}, settings, seat.group, now);
    require(!target || *target == seat.target);
    const auto found = std::ranges::find_if(response, [](const http::Field& each) {
        const std::size_t equals = each.value.find('=');
        if (equals == std::string_view::npos) return false;
        const std::string_view name = each.value.substr(0, equals);
        const std::size_t begin = name.find_first_not_of(" \t");
        return begin != std::string_view::npos && name.substr(begin, name.find_last_not_of(" \t") - begin + 1) == "app";
    });
    require(found != response.end());
    const auto end = l7::cookie_end(found->value, now);
    require(target.has_value() == (!end || *end > now));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> bytes(data, size);
    const auto texts = fields_of(bytes);
    const bool has_sealed = std::ranges::find(bytes, std::uint8_t{'@'}) != bytes.end();
    http::Fields request;
    http::Fields response;
    for (const auto& text : texts) {
        request.push_back({"Cookie", *text});
        response.push_back({"Set-Cookie", *text});
    }
    l7::Stickiness stickiness(make_sealer());
    read_request(stickiness, request, has_sealed);
    read_response(stickiness, response);
    l7::CookieSealer sealer = make_sealer();
    require(!sealer.open({reinterpret_cast<const char*>(data), size}) || size == l7::sealed_text_bytes);
    return 0;
}
