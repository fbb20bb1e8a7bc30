// SPDX-License-Identifier: Apache-2.0
// The connections to targets that wait for their next request, or have room for one more, of one thread; and new ones
// where there is none.
#pragma once

#include "balance/legs/leg_notes.hpp"
#include "balance/serve/link.hpp"
#include "balance/serve/plan.hpp"
#include "balance/serve/target_stream.hpp"
#include "support/descriptor.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
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
    /// Whose requests alone it may carry: an appliance on the way is told the client's address. Nothing: anybody's.
    std::optional<IpAddress> client;
    friend bool operator==(const TargetPlace&, const TargetPlace&) = default;
    friend auto operator<=>(const TargetPlace&, const TargetPlace&) = default;
};

/// How one is wanted.
struct TargetWish {
    const config::HttpLimits& limits; // of answers
    std::chrono::milliseconds connect_timeout{0};
    bool fresh = false;            // none that has waited
    std::uint16_t client_port = 0; // with TargetPlace::client: of the one that it is opened for
};

/// A connection that is being made.
struct BegunTarget {
    Descriptor socket;     // none: `error` says why
    balance::LegNote note; // to be kept until it stands or has failed
    int error = 0;         // errno
};

struct OpenedTarget {
    TargetStream* stream = nullptr; // null: `fault` says why
    TargetFault fault = TargetFault::shortage;
    bool is_ready = false; // else TargetUser::on_target_ready() follows
    bool is_reused = false;
};

class TargetPools {
public:
    /// `notes`: of connections for one client alone; null where nobody reads them.
    TargetPools(Engine& engine, balance::LegNotes* notes) : engine_(engine), notes_(notes) {}
    TargetPools(const TargetPools&) = delete;
    TargetPools& operator=(const TargetPools&) = delete;

    /// Nothing is called on `user` before it returns.
    [[nodiscard]] OpenedTarget open(const TargetPlace& place, const TargetWish& wish, TargetUser& user);
    /// What waits for groups and targets that are not in the world any more is closed.
    void follow(const World& world);

    // For the connections.
    /// False: there are enough that wait.
    [[nodiscard]] bool keep(Http1Target& waiting);
    void forget(Http1Target& waiting) noexcept;
    void forget(Http2Target& gone) noexcept;

private:
    [[nodiscard]] BegunTarget begin(const TargetPlace& place, std::uint16_t client_port) const;
    [[nodiscard]] OpenedTarget open_http2(const TargetPlace& place, const TargetWish& wish, TargetUser& user);

    Engine& engine_;
    balance::LegNotes* notes_;
    std::map<TargetPlace, std::vector<Http1Target*>> waiting_; // the last to come goes first
    std::size_t waiting_of_clients_ = 0;                       // of these those that are for one client alone
    std::map<TargetPlace, std::vector<Http2Target*>> shared_;  // all that there are, whether they wait or not
};

} // namespace sallyport::serve
