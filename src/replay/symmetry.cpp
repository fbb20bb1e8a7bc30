// SPDX-License-Identifier: Apache-2.0
#include "replay/symmetry.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sallyport::replay {
namespace {

using Visits = std::vector<ApplianceVisit>;

bool same(const ApplianceVisit& a, const ApplianceVisit& b) noexcept {
    return a.appliance == b.appliance;
}

/// Whether `part` is how `all` begins.
bool is_start_of(const Visits& part, const Visits& all) {
    return part.size() <= all.size() && std::equal(part.begin(), part.end(), all.begin(), same);
}

/// Of `visits` those that have to be in `other` too: all, but for who was not visited there and may have wanted it so.
Visits comparable(const Visits& visits, const Visits& other) {
    Visits kept;
    std::ranges::copy_if(visits, std::back_inserter(kept), [&](const ApplianceVisit& visit) {
        return !visit.may_offload ||
               std::ranges::any_of(other, [&](const ApplianceVisit& their) { return their.group == visit.group; });
    });
    return kept;
}

/// Whether wherever the two visited one group, they visited one appliance.
bool agree_in_groups(const Visits& a, const Visits& b) {
    return std::ranges::all_of(a, [&](const ApplianceVisit& visit) {
        return std::ranges::none_of(b, [&](const ApplianceVisit& other) {
            return other.group == visit.group && other.appliance != visit.appliance;
        });
    });
}

} // namespace

std::size_t Symmetry::Hash::operator()(const flow::FlowKey& key) const noexcept {
    return flow::table_hash(SipKey{}, key);
}

bool Symmetry::fit(const Way& there, const Way& back) const {
    if (there.visits.empty() || back.visits.empty()) return true; // one direction alone
    // A flow that expired and began anew, perhaps from its other side: the order may have turned round, and only that.
    // Unless one of them is older than the present age: its appliances may have been chosen from others.
    if (there.life != back.life) {
        return there.since != age_ || back.since != age_ || agree_in_groups(there.visits, back.visits);
    }
    Visits forward = comparable(there.visits, back.visits);
    Visits backward = comparable(back.visits, there.visits);
    // A packet that ended on the way has seen a first part of its direction's chain.
    if (!back.is_whole && there.is_whole) {
        std::ranges::reverse(forward);
        return is_start_of(backward, forward);
    }
    std::ranges::reverse(backward);
    if (there.is_whole) return std::ranges::equal(forward, backward, same);
    if (back.is_whole) return is_start_of(forward, backward);
    return agree_in_groups(there.visits, back.visits);
}

void Symmetry::observe(const Passage& passage) {
    if (passage.visits.empty()) return;
    if (flows_.size() >= capacity_ && !flows_.contains(passage.flow.key)) {
        ++unwatched_;
        return;
    }
    Flow& flow = flows_[passage.flow.key];
    if (flow.age != age_) {
        for (Way& way : flow.ways) {
            way.visits.clear();
            way.is_whole = false;
        }
        flow.age = age_;
    }
    Way& way = flow.ways[passage.flow.from_high ? 1 : 0];
    const Way& other = flow.ways[passage.flow.from_high ? 0 : 1];
    Way seen{passage.cookie & ~std::uint32_t{max_hops - 1}, age_, passage.is_whole, passage.visits};
    for (const Way* known : {&std::as_const(way), &other}) {
        if (known->life == seen.life) seen.since = std::min(seen.since, known->since);
    }

    // The packets of one direction go one way; those that did not get through, a part of it.
    const bool same_life = way.life == seen.life;
    const Visits before = comparable(way.visits, seen.visits);
    const Visits now = comparable(seen.visits, way.visits);
    const bool consistent =
        !same_life || (now.size() < before.size() ? is_start_of(now, before) : is_start_of(before, now));
    const bool cut_short = same_life && way.is_whole && seen.is_whole && before.size() != now.size();
    if (!same_life || seen.visits.size() > way.visits.size() || (seen.is_whole && !way.is_whole)) way = seen;

    if (flow.is_asymmetric || (consistent && !cut_short && fit(way, other))) return;
    flow.is_asymmetric = true;
    ++asymmetric_;
}

} // namespace sallyport::replay
