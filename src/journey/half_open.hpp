// SPDX-License-Identifier: Apache-2.0
// Handshakes that are not complete, by listener, oldest first: so many may be, and then the oldest makes room. The list
// runs through the flows' translations, so it takes no memory of its own.
#pragma once

#include "flow/flow_table.hpp"
#include "support/index.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::journey {

class HalfOpen {
public:
    explicit HalfOpen(std::size_t listener_slots) : lists_(listener_slots) {}

    void add(flow::FlowTable& flows, flow::FlowIndex flow) noexcept {
        flow::Translation& added = flows.translation(flow);
        List& list = lists_[added.listener];
        added.older_or_client_ack = list.newest;
        added.newer_or_target_ack = flow::no_flow;
        (list.newest == flow::no_flow ? list.oldest : flows.translation(list.newest).newer_or_target_ack) = flow;
        list.newest = flow;
        ++list.count;
    }
    void remove(flow::FlowTable& flows, flow::FlowIndex flow) noexcept {
        flow::Translation& removed = flows.translation(flow);
        List& list = lists_[removed.listener];
        const flow::FlowIndex older = removed.older_or_client_ack;
        const flow::FlowIndex newer = removed.newer_or_target_ack;
        (older == flow::no_flow ? list.oldest : flows.translation(older).newer_or_target_ack) = newer;
        (newer == flow::no_flow ? list.newest : flows.translation(newer).older_or_client_ack) = older;
        removed.older_or_client_ack = 0;
        removed.newer_or_target_ack = 0;
        --list.count;
    }
    [[nodiscard]] std::uint32_t count(ListenerIndex listener) const noexcept { return lists_[listener].count; }
    /// no_flow when there is none.
    [[nodiscard]] flow::FlowIndex oldest(ListenerIndex listener) const noexcept { return lists_[listener].oldest; }

    /// Some listener has more than it may; they go between rounds, when no packet holds their flows.
    bool is_over = false;

private:
    struct List {
        flow::FlowIndex oldest = flow::no_flow;
        flow::FlowIndex newest = flow::no_flow;
        std::uint32_t count = 0;
    };
    std::vector<List> lists_; // by listener
};

} // namespace sallyport::journey
