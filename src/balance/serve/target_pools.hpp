// SPDX-License-Identifier: Apache-2.0
// The connections to targets that wait for their next request, or have room for one more, of one thread; and new ones
// where there is none.
#pragma once

#include "balance/serve/link.hpp"
#include "balance/serve/plan.hpp"
#include "balance/serve/target_stream.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace sallyport::serve {

class Engine;
class Http1Target;
class Http2Target;

/// Whom a connection leads to, and how it is spoken there.
struct TargetPlace {
    std::shared_ptr<const GroupPlan> group;
    IpAddress address;
    std::uint16_t port = 0;
    friend bool operator==(const TargetPlace&, const TargetPlace&) = default;
    friend auto operator<=>(const TargetPlace&, const TargetPlace&) = default;
};

struct TargetLimits {
    const config::HttpLimits& http;
    std::chrono::milliseconds connect{0};
};

struct OpenedTarget {
    TargetStream* stream = nullptr; // null: there is no way to open one: refused
    bool is_ready = false;          // else TargetUser::on_target_ready() follows
    bool is_reused = false;
};

class TargetPools {
public:
    explicit TargetPools(Engine& engine) : engine_(engine) {}
    TargetPools(const TargetPools&) = delete;
    TargetPools& operator=(const TargetPools&) = delete;

    /// Nothing is called on `user` before it returns. `fresh`: none that has waited.
    [[nodiscard]] OpenedTarget open(const TargetPlace& place, const TargetLimits& limits, bool fresh, TargetUser& user);
    /// What waits for groups and targets that are not in the world any more is closed.
    void follow(const World& world);

    // For the connections.
    /// False: there are enough that wait.
    [[nodiscard]] bool keep(Http1Target& waiting);
    void forget(Http1Target& waiting) noexcept;
    void forget(Http2Target& gone) noexcept;

private:
    [[nodiscard]] OpenedTarget open_http2(const TargetPlace& place, const TargetLimits& limits, bool fresh,
                                          TargetUser& user);

    Engine& engine_;
    std::map<TargetPlace, std::vector<Http1Target*>> waiting_; // the last to come goes first
    std::map<TargetPlace, std::vector<Http2Target*>> shared_;  // all that there are, whether they wait or not
};

} // namespace sallyport::serve
