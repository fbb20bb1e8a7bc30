// SPDX-License-Identifier: Apache-2.0
// Whether both directions of every flow visited the same appliances, in opposite orders: found out from the frames that
// the gateway sent to appliances, not from its flow table, so that the gateway can not vouch for itself.
#pragma once

#include "flow/flow_key.hpp"
#include "support/index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace sallyport::replay {

struct ApplianceVisit {
    ApplianceIndex appliance = no_index;
    GroupIndex group = no_index;
    bool may_offload = false; // with its leave, other packets of the flow may go past it
};

/// One packet's way through the appliances.
struct Passage {
    flow::OrientedKey flow;             // of the packet inside GENEVE
    std::uint32_t cookie = 0;           // of any hop
    std::vector<ApplianceVisit> visits; // in order
    bool is_whole = false;              // it left the gateway again; otherwise it ended on the way
};

class Symmetry {
public:
    /// Watches as many flows and lets the rest go by.
    explicit Symmetry(std::size_t capacity = std::size_t{1} << 20U) : capacity_(capacity) {}

    void observe(const Passage& passage);
    /// From now on flows may go other ways than before: nothing is compared with what was seen until now.
    void begin_anew() noexcept { ++age_; }
    [[nodiscard]] std::uint64_t asymmetric_flows() const noexcept { return asymmetric_; }
    /// Packets of flows that were too many to watch.
    [[nodiscard]] std::uint64_t unwatched_packets() const noexcept { return unwatched_; }

private:
    struct Hash {
        std::size_t operator()(const flow::FlowKey& key) const noexcept;
    };
    /// The longest passage of one direction so far, of the newest life of the flow.
    struct Way {
        std::uint32_t life = 0;  // the cookie without its hop
        std::uint64_t since = 0; // the age in which that life was first seen
        bool is_whole = false;
        std::vector<ApplianceVisit> visits;
    };
    struct Flow {
        std::array<Way, 2> ways; // from the low side, from the high side
        std::uint64_t age = 0;   // that their visits are of
        bool is_asymmetric = false;
    };
    [[nodiscard]] bool fit(const Way& there, const Way& back) const;

    std::size_t capacity_;
    std::unordered_map<flow::FlowKey, Flow, Hash> flows_;
    std::uint64_t age_ = 0;
    std::uint64_t asymmetric_ = 0;
    std::uint64_t unwatched_ = 0;
};

} // namespace sallyport::replay
