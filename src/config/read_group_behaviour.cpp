// SPDX-License-Identifier: Apache-2.0
// What a group of appliances does with flows, beyond choosing one: copies or visits, failover, drain, slow start,
// verdicts. Keys that say nothing in a group of that mode are faults.
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

void read_failover(const Fields& fields, ApplianceGroup& group) {
    const std::vector<Choice<Failover>> choices = {
        {"keep", Failover::keep}, {"rebalance", Failover::rebalance}, {"reset", Failover::reset}};
    fields.choice<Failover>("on_unhealthy", group.on_unhealthy, choices);
    fields.choice<Failover>("on_deregistered", group.on_deregistered, choices);
    fields.choice<NoneHealthy>(
        "when_none_healthy", group.when_none_healthy,
        {{"drop", NoneHealthy::drop}, {"bypass", NoneHealthy::bypass}, {"any", NoneHealthy::any}});
}

/// `verdicts: true`, or `verdicts: {time: 60s, bytes: 1000000}`.
std::optional<VerdictLimits> read_verdicts(const Value& value) {
    VerdictLimits limits;
    if (value.node().kind == Node::Kind::scalar)
        return value.boolean().value_or(false) ? std::optional(limits) : std::nullopt;
    const Fields fields(value, {"time", "bytes"});
    fields.duration("time", limits.time, 1s);
    fields.integer("bytes", limits.bytes, 1, std::uint64_t{1} << 40U);
    return limits;
}

/// Nothing is awaited from a mirror: what would need its answer, or would stop flows for it, is a fault.
void check_mirror(const Fields& fields, const ApplianceGroup& group) {
    const auto refuse = [&](std::string_view key, std::string problem, std::string advice) {
        if (const auto value = fields.find(key)) value->fault(std::move(problem), std::move(advice));
    };
    constexpr const char* ends_flows = "ends flows, and a mirror only gets copies of them";
    if (group.on_unhealthy == Failover::reset) refuse("on_unhealthy", ends_flows, "write keep or rebalance");
    if (group.on_deregistered == Failover::reset) refuse("on_deregistered", ends_flows, "write keep or rebalance");
    if (group.when_none_healthy != NoneHealthy::any)
        refuse("when_none_healthy", "says nothing in a mirror, which no packet waits for", "remove it");
    if (group.verdicts) refuse("verdicts", "are answers, and none is awaited from a mirror", "remove it");
    if (group.passive_check) refuse("passive_check", "counts answers, and none is awaited from a mirror", "remove it");
    if (!group.health_check || group.health_check->protocol != HealthProtocol::geneve) return;
    refuse("health_check", "sends a probe through the appliance, and a mirror returns nothing",
           "write `protocol: tcp`, http or https");
}

void check_in_line(const Fields& fields) {
    if (const auto sample = fields.find("sample"))
        sample->fault("belongs to a group with `mode: mirror`", "remove it, or write `mode: mirror`");
}

/// Nothing when a mode is written that there is not.
std::optional<GroupMode> read_mode(const Fields& fields) {
    const auto mode = fields.find("mode");
    if (!mode) return GroupMode::in_line;
    return mode->choice<GroupMode>({{"inline", GroupMode::in_line}, {"mirror", GroupMode::mirror}});
}

} // namespace

void read_group_behaviour(const Fields& fields, ApplianceGroup& group, const std::filesystem::path& base) {
    const std::optional<GroupMode> mode = read_mode(fields);
    group.mode = mode.value_or(GroupMode::in_line);
    fields.integer("sample", group.sample_percent, 1, 100);
    fields.choice<Payload>("payload", group.payload, {{"ip", Payload::ip}, {"ethernet", Payload::ethernet}});
    fields.boolean("cross_zone", group.cross_zone);
    if (const auto check = fields.find("health_check")) group.health_check = read_health_check(*check, base);
    group.passive_check = group.mode == GroupMode::in_line;
    fields.boolean("passive_check", group.passive_check);
    read_failover(fields, group);
    fields.duration("deregistration_delay", group.deregistration_delay, 0s, 3600s);
    fields.duration("slow_start", group.slow_start, 0s, 900s);
    if (const auto verdicts = fields.find("verdicts")) group.verdicts = read_verdicts(*verdicts);
    if (!mode) return;
    if (*mode == GroupMode::mirror) {
        check_mirror(fields, group);
    } else {
        check_in_line(fields);
    }
}

} // namespace sallyport::config
