// SPDX-License-Identifier: Apache-2.0
// Where has this client been before, and how does it come back there? ALB's three kinds of cookies: the load balancer's
// own for a duration, one that goes along with a cookie of the target, and one for the target group.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "balance/l7/error_page.hpp"
#include "balance/l7/sealed_cookie.hpp"
#include "balance/l7/unix_time.hpp"
#include "config/http.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sallyport::l7 {

/// Where a client sits: group_identity() and target_identity().
struct Seat {
    std::uint64_t group = 0;
    std::uint64_t target = 0;
};

struct GroupCookie {
    std::uint64_t group = 0;               // group_identity()
    std::chrono::milliseconds duration{0}; // 0: none is written
    bool amazon_names = false;
};

/// A thread's own. Cookies of ours are passed on to targets, as ALB does. Cookies are read under our names and
/// Amazon's, whichever are written, so that a change of `amazon_cookie_names` moves nobody.
class Stickiness {
public:
    explicit Stickiness(CookieSealer sealer) : sealer_(std::move(sealer)) {}

    /// After a rotation; cheap when they are the same.
    void use(const std::shared_ptr<const CookieKeys>& keys) { sealer_.use(keys); }

    /// Of a rule with `group_stickiness`: the group's identity.
    [[nodiscard]] std::optional<std::uint64_t> group(const http::Fields& request, UnixTime now);
    /// The target's identity, for the group that the request goes to.
    [[nodiscard]] std::optional<std::uint64_t> target(const http::Fields& request, const config::HttpClient& settings,
                                                      std::uint64_t group, UnixTime now);

    /// With every response, so that the time runs from the last one.
    void keep_group(const GroupCookie& cookie, UnixTime now, http::TextArena& arena, http::Fields& response);
    /// With every response of a target, after its own fields are in: an application cookie goes by them.
    void keep_target(const config::HttpClient& settings, const Seat& seat, UnixTime now, http::TextArena& arena,
                     http::Fields& response);

private:
    void keep_duration(const config::HttpClient& settings, const StickyContent& content, UnixTime now,
                       http::TextArena& arena, http::Fields& response);
    void keep_application(const config::HttpClient& settings, const Seat& seat, UnixTime now, http::TextArena& arena,
                          http::Fields& response);

    CookieSealer sealer_;
    DateText expires_;
};

/// When a cookie of that Set-Cookie value is over: Max-Age before Expires (RFC 6265 5.3); nothing for one that lasts as
/// long as the browser.
[[nodiscard]] std::optional<std::chrono::sys_seconds> cookie_end(std::string_view set_cookie, UnixTime now) noexcept;

} // namespace sallyport::l7
