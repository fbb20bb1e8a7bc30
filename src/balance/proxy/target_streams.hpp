// SPDX-License-Identifier: Apache-2.0
// Which connections go to which target? Each stands in one list at a time, from the choice of the target to its end.
#pragma once

#include "balance/proxy/target_chooser.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <unordered_map>

namespace sallyport::balance {

class Stream;

struct OfTarget;
struct OfListener;
template <typename Tag>
using StreamHook = boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>>;

/// What a Stream is for these lists.
struct StreamLinks : StreamHook<OfTarget>, StreamHook<OfListener> {};

template <typename Tag>
using StreamList = boost::intrusive::list<StreamLinks, boost::intrusive::base_hook<StreamHook<Tag>>>;

class TargetStreams {
public:
    void add(TargetId target, StreamLinks& stream) { lists_[target].push_back(stream); }
    void remove(TargetId target, StreamLinks& stream) noexcept {
        const auto found = lists_.find(target);
        if (found == lists_.end()) return;
        found->second.erase(found->second.iterator_to(stream));
        if (found->second.empty()) lists_.erase(found);
    }
    [[nodiscard]] std::size_t count(TargetId target) const noexcept {
        const auto found = lists_.find(target);
        return found == lists_.end() ? 0 : found->second.size();
    }
    /// nullptr: none.
    [[nodiscard]] StreamList<OfTarget>* of(TargetId target) noexcept {
        const auto found = lists_.find(target);
        return found == lists_.end() ? nullptr : &found->second;
    }

private:
    std::unordered_map<TargetId, StreamList<OfTarget>> lists_;
};

} // namespace sallyport::balance
