// SPDX-License-Identifier: Apache-2.0
// Which appliances and targets are watched, and how? The configuration's answer, in the roster's indexes.
#pragma once

#include "balance/l4/slots.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "support/index.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::health {

struct Watched {
    std::uint16_t index = no_index; // of an appliance, or of a target
    std::string name;               // group/appliance, group/target
    IpAddress address;
    std::optional<config::HealthCheck> check; // none: healthy as far as checks go
    bool is_passive = true;                   // its traffic is watched too
    EndpointIndex probe_endpoint = 0;         // whose id a GENEVE probe carries
    bool is_http2 = false;                    // of a check by HTTP or HTTPS: the target is spoken to in HTTP/2
    std::string tls_group;                    // whose TLS a check by HTTPS goes by; empty: its own
    bool sends_proxy_header = false;          // before all else: the target expects one on every connection
    bool is_at_leg = false;                   // proxies' connections to there may have a chain, which checks have not
};

/// Whether it is the same one in the same place, so that what is known of it still holds.
[[nodiscard]] bool same_member(const Watched& a, const Watched& b) noexcept;
/// Whether it is also checked in the same way, so that its checks need not be disturbed.
[[nodiscard]] bool same_check(const Watched& a, const Watched& b) noexcept;

/// Everything that has to be watched, those that a reload took out included: they have flows yet. Appliances of mirror
/// groups are never watched passively, as they return nothing; those without any watch are left out, and so is what
/// `slots` does not know.
[[nodiscard]] std::vector<Watched> watched(const config::Config& config, const chain::Slots& slots);
/// The same of targets. A check of the target's own port names it here; UDP targets are never watched passively.
[[nodiscard]] std::vector<Watched> watched_targets(const config::Config& config, const balance::TargetSlots& slots);

} // namespace sallyport::health
