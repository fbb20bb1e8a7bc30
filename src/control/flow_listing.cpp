// SPDX-License-Identifier: Apache-2.0
#include "control/flow_listing.hpp"

#include "control/flow_hops.hpp"
#include "control/reports.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sallyport::control {
namespace {

/// A worker copies so many flows in one go, at some ten nanoseconds each.
constexpr std::size_t page_flows = 512;

template <typename Named>
std::uint16_t position(const std::vector<Named>& things, std::string_view name) {
    const auto found = std::find_if(things.begin(), things.end(), [&](const Named& each) { return each.name == name; });
    return found == things.end() ? no_index : static_cast<std::uint16_t>(found - things.begin());
}

/// By its name, or its group's and its own: "firewalls/fw-1".
std::vector<ApplianceIndex> appliances_called(const chain::Roster& roster, std::string_view name) {
    std::vector<ApplianceIndex> found;
    for (std::size_t index = 0; index < roster.appliances.size(); ++index) {
        const chain::Appliance& appliance = roster.appliances[index];
        if (appliance.group == no_index) continue; // a free place
        const bool is_meant =
            appliance.name == name || roster.groups[appliance.group].name + "/" + appliance.name == name;
        if (is_meant) found.push_back(static_cast<ApplianceIndex>(index));
    }
    return found;
}

} // namespace

FlowListing::FlowListing(FlowsRequest request) : request_(std::move(request)), page_(page_flows) {}

Result<FlowListing::Filter> FlowListing::find_names(const chain::Roster& roster) const {
    Filter filter;
    if (request_.endpoint) {
        filter.endpoint = position(roster.endpoints, *request_.endpoint);
        if (filter.endpoint == no_index) return failure("no endpoint is called `" + *request_.endpoint + "`");
    }
    if (request_.appliance) {
        filter.appliances = appliances_called(roster, *request_.appliance);
        if (filter.appliances.empty()) return failure("no appliance is called `" + *request_.appliance + "`");
    }
    return filter;
}

bool FlowListing::wanted(const Filter& filter, const journey::FlowRecord& record) const {
    const flow::FlowKey& key = record.entry.key;
    if (filter.endpoint != no_index && key.endpoint() != filter.endpoint) return false;
    if (!filter.appliances.empty()) {
        const std::vector<ApplianceIndex> hops = hops_of(record);
        const auto end = filter.appliances.end();
        if (std::find_first_of(filter.appliances.begin(), end, hops.begin(), hops.end()) == end) return false;
    }
    return !request_.address || request_.address->contains(key.low_address()) ||
           request_.address->contains(key.high_address());
}

void FlowListing::append(const View& view, const journey::FlowRecord& record) {
    if (!flows_.empty()) flows_ += ',';
    flows_ += boost::json::serialize(request_.log ? flow_log_entry(view.roster(), view.wall_clock(), worker_, record)
                                                  : flow_report(view.roster(), worker_, record));
    ++count_;
}

Result<bool> FlowListing::step(View& view) {
    const Result<Filter> filter = find_names(view.roster());
    if (!filter) return tl::unexpected(filter.error());
    if (worker_ >= view.worker_count()) return true;

    const std::optional<FlowPage> page = view.list_flows(worker_, next_, page_);
    if (!page) return failure("worker " + std::to_string(worker_) + " did not answer in time; ask again");
    for (std::size_t index = 0; index < std::min(page->count, page_.size()); ++index) {
        if (!wanted(*filter, page_[index])) continue;
        if (count_ == request_.limit) {
            truncated_ = true;
            return true;
        }
        append(view, page_[index]);
    }
    next_ = page->next;
    if (next_ == flow::no_flow) {
        ++worker_;
        next_ = 0;
    }
    return worker_ >= view.worker_count();
}

std::string FlowListing::take() {
    std::string text = "{\"flows\":[" + std::move(flows_) + "],\"truncated\":" + (truncated_ ? "true" : "false") + "}";
    flows_.clear();
    return text;
}

} // namespace sallyport::control
