// SPDX-License-Identifier: Apache-2.0
// The answer to `flows`, made a page at a time: a walk over millions of flows must not keep the control thread from
// following routes and neighbours.
#pragma once

#include "control/request.hpp"
#include "control/view.hpp"

#include <string>
#include <vector>

namespace sallyport::control {

class FlowListing {
public:
    explicit FlowListing(FlowsRequest request);

    /// Looks at one more page of one worker's flows; true when nothing is left to do. Fails when a filter names what is
    /// not in the roster, or a worker does not answer.
    [[nodiscard]] Result<bool> step(View& view);
    /// Once step() gave true: {"flows": [...], "truncated": bool} as text, because as JSON values a long list would
    /// take ten times the memory. Truncated: the limit was reached with flows left unseen.
    [[nodiscard]] std::string take();

private:
    struct Filter {
        EndpointIndex endpoint = no_index;      // no_index: any
        std::vector<ApplianceIndex> appliances; // none: any. Two of one name, when one of them drains
    };

    [[nodiscard]] Result<Filter> find_names(const chain::Roster& roster) const;
    [[nodiscard]] bool wanted(const Filter& filter, const journey::FlowRecord& record) const;
    void append(const View& view, const journey::FlowRecord& record);

    FlowsRequest request_;
    std::vector<journey::FlowRecord> page_;
    unsigned worker_ = 0;
    flow::FlowIndex next_ = 0;
    std::uint64_t count_ = 0;
    bool truncated_ = false;
    std::string flows_;
};

} // namespace sallyport::control
