// SPDX-License-Identifier: Apache-2.0
// A request's life: what becomes of it by the listener's rules, the target that it goes to, the answer that comes back,
// and what is written down. Knows neither sockets nor versions of HTTP: those are ClientStream's and TargetStream's.
#pragma once

#include "balance/http/desync.hpp"
#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "balance/l7/access_log.hpp"
#include "balance/serve/client_stream.hpp"
#include "balance/serve/target_pools.hpp"
#include "balance/serve/target_stream.hpp"
#include "balance/serve/timers.hpp"
#include "telemetry/counters.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::serve {

class Engine;

class Exchange final : private TargetUser {
public:
    explicit Exchange(Engine& engine);
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    // For the client's connection. None of these is to be called after ClientStream::finished().

    /// Where the head is read into before begin(); what its views point to.
    [[nodiscard]] http::RequestHead& request() noexcept { return request_; }
    [[nodiscard]] http::TextArena& arena() noexcept { return arena_; }
    /// The head is read. `stream` and `connection` outlive the exchange.
    void begin(ClientStream& stream, const ClientConnection& connection, http::DesyncReport desync);
    /// There is no head that could be read: this status is the answer (0: none, it is only written down), and the
    /// connection ends.
    void refuse(ClientStream& stream, const ClientConnection& connection, std::uint16_t status,
                http::DesyncReport desync);
    /// A part of the content, or of the tunnel. False: taken, but no more of it before ClientStream::resume().
    bool on_body(std::string_view bytes);
    void on_end(const http::Fields& trailers);
    /// What comes as content is none, or it comes too slowly: answered so, if that can still be.
    void on_client_fault(std::uint16_t status, http::DesyncReport desync);
    /// The client has gone, or reset its stream. finished() is not called any more.
    void on_client_gone();
    void on_client_drained();
    /// Targets may have gone, or have become unhealthy.
    void on_new_world();
    // The engine's: where it is among those that live.
    [[nodiscard]] std::size_t place() const noexcept { return place_; }
    void set_place(std::size_t place) noexcept { place_ = place; }
    /// Ready for the next request; keeps its memory.
    void recycle();

private:
    enum class Phase : std::uint8_t { idle, opening, sent, answering, tunnel, over };
    struct Try {
        TargetIndex index = no_index;
        l7::TargetTry log;
        bool has_outcome = false; // counted
    };
    /// What begins anew with every request.
    struct State {
        Phase phase = Phase::idle;
        TargetGroupIndex group_index = no_index;
        http::DesyncReport desync;
        Time began{};
        Time sent{};
        Time answered{};
        Time waits_since{}; // for the answer's head
        Time rate_since{};  // of the content
        std::uint64_t rate_bytes = 0;
        l7::UnixTime created{};
        std::string_view trace_id;
        std::string_view actions;
        std::string_view upgrade;   // that the client asks for
        std::string_view authority; // as it came
        std::uint64_t received_bytes = 0;
        std::uint64_t sent_bytes = 0;
        std::uint16_t status = 0;
        std::uint16_t target_status = 0;
        bool is_joined = false;     // counted at its target
        bool is_reused = false;     // the target's connection had served before
        bool wants_fresh = false;   // one that has not
        bool closes_target = false; // it serves nobody after this
        bool request_ended = false;
        bool head_sent = false; // of the answer
        bool client_paused = false;
        bool target_paused = false;
        bool body_sent = false; // some content is on its way to a target: no second try
        bool was_tunnel = false;
        bool is_short = false; // the last try failed for what is missing here
    };
    static constexpr auto rate_window = std::chrono::seconds(10);

    // What the rules say.
    void start(ClientStream& stream, const ClientConnection& connection, http::DesyncReport desync);
    [[nodiscard]] rules::RequestFacts facts() const noexcept;
    void route();
    void redirect(const config::RedirectAction& action);
    void answer_fixed(const config::FixedResponse& action);
    void forward(const config::ForwardAction& action);
    // The target.
    void try_target();
    [[nodiscard]] TargetIndex choose();
    [[nodiscard]] bool may_try_again(TargetFault fault);
    void send_request();
    void keep_client(http::Fields& fields);
    void on_target_ready() override;
    void on_response_head(http::ResponseHead& head) override;
    bool on_response_body(std::string_view bytes) override;
    void on_response_end(const http::Fields& trailers) override;
    void on_target_fault(TargetFault fault) override;
    void lose_target(TargetFault fault);
    void count_outcome(Counter TargetCounters::*outcome) noexcept;
    void count_failure() noexcept { count_outcome(&TargetCounters::requests_failed); }
    [[nodiscard]] bool is_its_own(TargetFault fault) const noexcept;
    void on_target_drained() override;
    void leave_target();
    // The answer.
    void answer(std::uint16_t status);
    void answer_with(http::ResponseHead& head, std::string_view content);
    void pause_client();
    void resume_client();
    // Time, and the end.
    void touch();
    [[nodiscard]] bool watches_rate();
    void on_time();
    void finish();
    void fall();
    void end();
    void write_down();

    Engine& engine_;
    http::TextArena arena_;
    http::RequestHead request_;
    ClientStream* client_ = nullptr;
    const ClientConnection* connection_ = nullptr;
    const rules::Rule* rule_ = nullptr;
    std::shared_ptr<const ListenerPlan> listener_;
    std::shared_ptr<const GroupPlan> group_;
    TargetStream* target_ = nullptr;
    std::vector<Try> tries_;
    std::vector<TargetIndex> excluded_;
    std::string held_; // content that came before the target was ready
    http::Fields trailers_;
    std::string redirect_url_;
    std::size_t place_ = 0;
    Timer timer_;
    State state_;
};

} // namespace sallyport::serve
