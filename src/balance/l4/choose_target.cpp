// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/choose_target.hpp"

#include "select/flow_hash.hpp"
#include "select/ip_hash.hpp"
#include "select/least_connections.hpp"
#include "select/maglev.hpp"
#include "select/round_robin.hpp"
#include "select/weighted_choice.hpp"
#include "select/weighted_random.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace sallyport::balance {
namespace {

constexpr std::size_t max_shares = 5; // config: of a forward action
constexpr unsigned max_attempts = 16; // of algorithms that may give what is excluded

[[nodiscard]] std::uint64_t hash_of(const SipKey& key, const Request& request) noexcept {
    const flow::Tuple& tuple = request.tuple;
    return select::flow_hash(key, {.low = tuple.source,
                                   .high = tuple.destination,
                                   .low_port = tuple.source_port,
                                   .high_port = tuple.destination_port,
                                   .protocol = tuple.protocol,
                                   .family = tuple.family,
                                   .endpoint_id = request.endpoint_id});
}

/// Groups by weight, those that nobody takes flows in left out while others do.
[[nodiscard]] const TargetGroup* choose_group(const Directory& directory, std::span<const Share> shares,
                                              std::uint64_t hash) noexcept {
    if (shares.size() == 1) return &directory.groups[shares[0].group];
    std::array<std::uint16_t, max_shares> weights = {};
    const std::size_t count = std::min(shares.size(), max_shares);
    for (std::size_t i = 0; i < count; ++i) {
        if (!directory.groups[shares[i].group].takers.empty()) weights[i] = shares[i].weight;
    }
    // Other bits than those that choose within the group.
    const std::uint16_t chosen = select::pick_weighted({weights.data(), count}, hash * 0x9e3779b97f4a7c15U);
    return chosen == no_index ? nullptr : &directory.groups[shares[chosen].group];
}

[[nodiscard]] bool is_excluded(const Request& request, TargetIndex target) noexcept {
    return std::find(request.excluded.begin(), request.excluded.end(), target) != request.excluded.end();
}

/// Who was tried and did not do has the most flows: the least loaded of the others is the one with the fewest.
class UntriedFirst final : public Connections {
public:
    UntriedFirst(const Connections& connections, const Request& request) noexcept
        : connections_(connections), request_(request) {}
    [[nodiscard]] std::uint32_t at(TargetIndex target) const noexcept override {
        if (is_excluded(request_, target)) return std::numeric_limits<std::uint32_t>::max();
        return connections_.at(target);
    }

private:
    const Connections& connections_;
    const Request& request_;
};

[[nodiscard]] std::uint16_t pick(const TargetGroup& group, std::uint64_t hash, const Connections& connections,
                                 std::uint32_t& turn, SplitMix64& random) noexcept {
    switch (group.algorithm) {
    case config::Algorithm::flow_hash:
    case config::Algorithm::ip_hash:
        return select::member_at(group.maglev, hash);
    case config::Algorithm::round_robin:
        return select::next_in_turn(group.cycle, turn);
    case config::Algorithm::weighted_random:
        return select::pick_weighted_random(group.aliases, random.next());
    case config::Algorithm::least_connections:
        break;
    }
    const auto at = [&](std::size_t position) noexcept { return connections.at(group.takers[position]); };
    return select::pick_least_connections(group.weights, at, turn);
}

[[nodiscard]] TargetIndex choose_within(const TargetGroup& group, const Request& request, std::uint64_t hash,
                                        const Connections& connections, ChooserState& state,
                                        TargetGroupIndex number) noexcept {
    std::uint32_t& turn = state.turns[number];
    const UntriedFirst untried_first(connections, request);
    const unsigned attempts = request.excluded.empty() ? 1 : max_attempts;
    for (unsigned attempt = 0; attempt < attempts; ++attempt) {
        const std::uint16_t position =
            pick(group, hash + attempt * 0x9e3779b97f4a7c15U, untried_first, turn, state.random);
        if (position == no_index) return no_index;
        if (!is_excluded(request, group.takers[position])) return group.takers[position];
    }
    for (const TargetIndex target : group.takers) {
        if (!is_excluded(request, target)) return target;
    }
    return no_index;
}

[[nodiscard]] bool takes_flows(const TargetGroup& group, TargetIndex target) noexcept {
    return std::find(group.takers.begin(), group.takers.end(), target) != group.takers.end();
}

} // namespace

TargetIndex choose_target(const Directory& directory, std::span<const Share> shares, const Request& request,
                          const Connections& connections, ChooserState& state) noexcept {
    const std::uint64_t hash = hash_of(directory.selection_key, request);
    const TargetGroup* group = choose_group(directory, shares, hash);
    if (group == nullptr || group->takers.empty()) return no_index;
    const auto number = static_cast<TargetGroupIndex>(group - directory.groups.data());
    const std::uint64_t by = group->algorithm == config::Algorithm::ip_hash
                                 ? select::ip_hash(directory.selection_key, request.tuple.source, request.endpoint_id)
                                 : hash;
    if (group->stickiness_ms == 0) return choose_within(*group, request, by, connections, state, number);

    const select::StickyKey client = {request.tuple.source, request.tuple.endpoint, number};
    TargetIndex target = state.sticky.find(client, request.now);
    // One that takes no flows any more ends what the client had with it.
    if (target == no_index || !takes_flows(*group, target) || is_excluded(request, target))
        target = choose_within(*group, request, by, connections, state, number);
    if (target != no_index)
        state.sticky.put(client, target, request.now, std::chrono::milliseconds(group->stickiness_ms));
    return target;
}

} // namespace sallyport::balance
