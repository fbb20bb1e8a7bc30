// SPDX-License-Identifier: Apache-2.0
// What a client of the admin socket may ask, read from its one line of JSON.
#pragma once

#include "control/operations.hpp"
#include "support/address.hpp"
#include "support/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sallyport::control {

inline constexpr std::uint64_t default_flow_limit = 1000;
/// Bounds the memory that an answer may take: some 60 MB.
inline constexpr std::uint64_t max_flow_limit = 100'000;

struct StatusRequest {};
struct AppliancesRequest {};
struct TargetsRequest {};
struct DropsRequest {
    bool all = false; // also the reasons that nothing was dropped for
};
/// Absent: anything. All that is given must hold.
struct FlowsRequest {
    std::uint64_t limit = default_flow_limit;
    std::optional<std::string> endpoint;
    std::optional<std::string> appliance; // any hop of the flow
    std::optional<IpPrefix> address;      // of the initiator or the responder
    bool log = false;                     // as the flow log tells them
};

/// Whom a drain is about: a zone, or a group of appliances or of targets, which may be narrowed to one of them.
enum class ChoiceKind : std::uint8_t { appliances, targets, zone };

struct DrainRequest {
    ChoiceKind kind = ChoiceKind::appliances;
    std::string zone;
    MemberChoice choice;
    std::optional<std::chrono::milliseconds> delay; // not with a zone
};
struct UndrainRequest {
    ChoiceKind kind = ChoiceKind::appliances;
    std::string zone;
    MemberChoice choice;
};
struct ReloadRequest {};

using Request = std::variant<StatusRequest, AppliancesRequest, TargetsRequest, DropsRequest, FlowsRequest, DrainRequest,
                             UndrainRequest, ReloadRequest>;

/// `{"command": "flows", "limit": 10}`; the sentence of an Error is for the client.
[[nodiscard]] Result<Request> parse_request(std::string_view line);

} // namespace sallyport::control
