// SPDX-License-Identifier: Apache-2.0
// Who is next when the target that was chosen did not do: as the algorithm says of those that are left.
#include "balance/l4/choose_target.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace sallyport;
using namespace sallyport::balance;

namespace {

struct FlowsOfEach final : Connections {
    explicit FlowsOfEach(std::vector<std::uint32_t> flows) : counts(std::move(flows)) {}
    [[nodiscard]] std::uint32_t at(TargetIndex target) const noexcept override { return counts[target]; }
    std::vector<std::uint32_t> counts;
};

/// One group of targets with so many flows, by least connections.
struct Stage {
    explicit Stage(std::vector<std::uint32_t> flows, std::vector<std::uint16_t> weights = {})
        : connections(std::move(flows)) {
        TargetGroup group;
        group.algorithm = config::Algorithm::least_connections;
        for (std::size_t i = 0; i < connections.counts.size(); ++i) {
            group.takers.push_back(static_cast<TargetIndex>(i));
            group.weights.push_back(weights.empty() ? std::uint16_t{1} : weights[i]);
        }
        directory.groups.push_back(group);
    }
    TargetIndex choose(const std::vector<TargetIndex>& excluded) {
        Request request;
        request.excluded = excluded;
        const Share share{0, 1};
        return choose_target(directory, {&share, 1}, request, connections, state);
    }

    FlowsOfEach connections;
    Directory directory;
    ChooserState state{1, 8, SipKey{1, 2}, 3};
};

} // namespace

TEST_CASE("least connections: without the targets that did not do, the one with the fewest flows of the others") {
    Stage stage({0, 5, 2, 3});
    CHECK(stage.choose({}) == 0);
    CHECK(stage.choose({0}) == 2);
    CHECK(stage.choose({0, 2}) == 3);
    CHECK(stage.choose({0, 2, 3}) == 1);
    CHECK(stage.choose({0, 1, 2, 3}) == no_index);
}

TEST_CASE("least connections: a heavy target that did not do is passed over for light ones with many flows") {
    Stage stage({0, 900, 800}, {1000, 1, 1});
    CHECK(stage.choose({}) == 0);
    CHECK(stage.choose({0}) == 2);
}

TEST_CASE("least connections: of equals that are left each has its turn") {
    Stage stage({0, 4, 4, 4});
    std::vector<TargetIndex> chosen;
    for (int flow = 0; flow < 3; ++flow)
        chosen.push_back(stage.choose({0}));
    std::sort(chosen.begin(), chosen.end());
    CHECK(chosen == std::vector<TargetIndex>{1, 2, 3});
}
