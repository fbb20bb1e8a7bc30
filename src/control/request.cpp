// SPDX-License-Identifier: Apache-2.0
#include "control/request.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace sallyport::control {
namespace {

namespace json = boost::json;

std::string in_quotes(std::string_view text) {
    return "`" + std::string(text) + "`";
}

/// Nothing when every argument is one that the command has: a mistyped filter must not list every flow.
std::optional<Error> unknown_argument(const json::object& object, std::initializer_list<std::string_view> known) {
    for (const auto& member : object) {
        const std::string_view key = member.key();
        if (key == "command" || std::find(known.begin(), known.end(), key) != known.end()) continue;
        return Error{"the command has no argument " + in_quotes(key)};
    }
    return std::nullopt;
}

/// Nothing, without an error, when the argument is not given.
Result<std::optional<std::string>> text_argument(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) return failure("the argument " + in_quotes(key) + " is not a text");
    return std::string(value->get_string());
}

/// False when it is not given.
Result<bool> flag_argument(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return false;
    if (!value->is_bool()) return failure("the argument " + in_quotes(key) + " is neither true nor false");
    return value->get_bool();
}

Result<Request> read_drops(const json::object& object) {
    if (auto error = unknown_argument(object, {"all"})) return tl::unexpected(*error);
    const auto all = flag_argument(object, "all");
    if (!all) return tl::unexpected(all.error());
    return DropsRequest{.all = *all};
}

Result<Request> read_flows(const json::object& object) {
    if (auto error = unknown_argument(object, {"limit", "endpoint", "appliance", "address", "log"}))
        return tl::unexpected(*error);
    FlowsRequest request;
    if (const json::value* limit = object.if_contains("limit")) {
        const auto number = json::try_value_to<std::uint64_t>(*limit);
        if (!number || *number < 1 || *number > max_flow_limit)
            return failure("the argument `limit` is not a number from 1 to " + std::to_string(max_flow_limit));
        request.limit = *number;
    }
    auto endpoint = text_argument(object, "endpoint");
    if (!endpoint) return tl::unexpected(endpoint.error());
    request.endpoint = std::move(*endpoint);
    auto appliance = text_argument(object, "appliance");
    if (!appliance) return tl::unexpected(appliance.error());
    request.appliance = std::move(*appliance);
    const auto address = text_argument(object, "address");
    if (!address) return tl::unexpected(address.error());
    if (*address) {
        request.address = IpPrefix::parse(**address);
        if (!request.address) return failure("not an IP address or prefix: " + in_quotes(**address));
    }
    const auto log = flag_argument(object, "log");
    if (!log) return tl::unexpected(log.error());
    request.log = *log;
    return request;
}

struct ChoiceKeys {
    ChoiceKind kind;
    std::string_view group;
    std::string_view name; // in the group
};
constexpr ChoiceKeys choice_keys[] = {{ChoiceKind::appliances, "group", "appliance"},
                                      {ChoiceKind::targets, "target_group", "target"},
                                      {ChoiceKind::zone, "zone", ""}};

/// `zone`; or `group` and perhaps `appliance`; or `target_group` and perhaps `target`.
template <typename ZoneOrChoice>
Result<ZoneOrChoice> read_choice(const json::object& object) {
    const ChoiceKeys* chosen = nullptr;
    for (const ChoiceKeys& keys : choice_keys) {
        if (!object.contains(keys.group)) continue;
        if (chosen != nullptr) return failure("the command wants one of `group`, `target_group` and `zone`");
        chosen = &keys;
    }
    if (chosen == nullptr) return failure("the command wants one of `group`, `target_group` and `zone`");
    for (const std::string_view name : {"appliance", "target"}) {
        if (name != chosen->name && object.contains(name))
            return failure("the command has no argument " + in_quotes(name) + " beside " + in_quotes(chosen->group));
    }
    auto group = text_argument(object, chosen->group);
    if (!group) return tl::unexpected(group.error());
    ZoneOrChoice request;
    request.kind = chosen->kind;
    if (chosen->kind == ChoiceKind::zone) {
        request.zone = group->value_or("");
        return request;
    }
    auto name = text_argument(object, chosen->name);
    if (!name) return tl::unexpected(name.error());
    request.choice = {group->value_or(""), std::move(*name)};
    return request;
}

Result<Request> read_drain(const json::object& object) {
    if (auto error = unknown_argument(object, {"zone", "group", "appliance", "target_group", "target", "delay_ms"}))
        return tl::unexpected(*error);
    auto request = read_choice<DrainRequest>(object);
    if (!request) return tl::unexpected(request.error());
    if (const json::value* delay = object.if_contains("delay_ms")) {
        if (request->kind == ChoiceKind::zone) return failure("the command has no argument `delay_ms` beside `zone`");
        const auto number = json::try_value_to<std::uint64_t>(*delay);
        const auto most = static_cast<std::uint64_t>(max_drain_delay.count());
        if (!number || *number > most)
            return failure("the argument `delay_ms` is not a number from 0 to " + std::to_string(most));
        request->delay = std::chrono::milliseconds(*number);
    }
    return *request;
}

Result<Request> read_undrain(const json::object& object) {
    if (auto error = unknown_argument(object, {"zone", "group", "appliance", "target_group", "target"}))
        return tl::unexpected(*error);
    auto request = read_choice<UndrainRequest>(object);
    if (!request) return tl::unexpected(request.error());
    return *request;
}

template <typename WithoutArguments>
Result<Request> read_bare(const json::object& object) {
    if (auto error = unknown_argument(object, {})) return tl::unexpected(*error);
    return WithoutArguments{};
}

} // namespace

Result<Request> parse_request(std::string_view line) {
    json::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error || !value.is_object()) return failure("the request is not one JSON object on one line");
    const json::object& object = value.get_object();
    const json::value* command = object.if_contains("command");
    if (command == nullptr || !command->is_string()) return failure("the request has no `command`");
    const std::string_view word = command->get_string();
    if (word == "status") return read_bare<StatusRequest>(object);
    if (word == "appliances") return read_bare<AppliancesRequest>(object);
    if (word == "targets") return read_bare<TargetsRequest>(object);
    if (word == "drops") return read_drops(object);
    if (word == "flows") return read_flows(object);
    if (word == "drain") return read_drain(object);
    if (word == "undrain") return read_undrain(object);
    if (word == "reload") return read_bare<ReloadRequest>(object);
    return failure("no such command: " + in_quotes(word) +
                   "; there are status, flows, drops, appliances, targets, drain, undrain and reload");
}

} // namespace sallyport::control
