// SPDX-License-Identifier: Apache-2.0
// One proxied connection: the first bytes, the client's TLS if it ends here, the choice of a target, the connection to
// it and TLS with it if it is spoken, then bytes both ways to the end.
#pragma once

#include "balance/proxy/intake.hpp"
#include "balance/proxy/stream_world.hpp"

#include <memory>
#include <vector>

namespace sallyport::balance {

/// A connection that a listener accepted.
struct Accepted {
    StreamSocket socket; // does not block
    ClientRoute ends;    // source: the peer
};

/// What a listener shares with its connections, which may outlive it.
struct ListenerState {
    StreamListener config; // of those to come; a connection keeps what it needs
    ListenerCounters counters;
    StreamList<OfListener> streams;
};

/// Held by its own handlers; when it has ended, and they have run, it is gone.
class Stream final : public std::enable_shared_from_this<Stream>, public StreamLinks {
public:
    Stream(std::shared_ptr<StreamWorld> world, std::shared_ptr<ListenerState> listener, Accepted accepted);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();

    /// Once, after the constructor.
    void start();
    /// Closes both sides, with RST where is_orderly() says so. Later calls do nothing.
    void end(StreamEnd why) noexcept;
    [[nodiscard]] StreamReport report() const;

private:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// What is needed only until a target is connected.
    struct Setup {
        explicit Setup(const IntakeWish& wish) : intake(wish) {}
        Intake intake;
        std::vector<TargetId> failed;
        std::optional<HeaderChoice> header;
        std::shared_ptr<const tls::ClientContext> target_tls;
        TimePoint attempt_began;
        LegNote note; // for the packet path, until the attempt has an end
        ConnectFailure last_failure = ConnectFailure::refused;
    };
    enum class From : std::uint8_t { client, target };

    template <typename Body>
    void guarded(Body body) noexcept;
    [[nodiscard]] bool is_over() const noexcept { return end_.has_value(); }

    // stream_setup.cpp: until a target is connected.
    void expect_first_bytes();
    void on_first_bytes();
    void on_intake(Intake::State state);
    void choose_target();
    void connect(const TargetChoice& choice);
    [[nodiscard]] bool open_target(const TargetChoice& choice);
    void connect_noted(const TargetChoice& choice);
    void on_connect(const boost::system::error_code& error);
    void give_up_attempt(ConnectFailure failure);
    void take_target(TargetId target);
    void leave_target() noexcept;
    [[nodiscard]] ClientFacts facts() const;
    [[nodiscard]] std::vector<std::uint8_t> header_for_target() const;

    // stream_tls.cpp: where TLS ends here, or is spoken to the target.
    void begin_client_tls();
    void begin_target_tls();
    void shake_hands(From from);
    void await_handshake(From from);
    void on_handshake(From from);
    void on_failed_handshake(From from, tls::FailedHandshake why);
    void on_late_handshake();
    void on_broken_tls(From from);
    void flush_answers(From from);

    // stream_relay.cpp: from then on.
    struct Side {
        StreamSocket& source;
        StreamSocket& sink;
        Pump& pump;
    };
    void begin_relay();
    [[nodiscard]] Side side(From from) noexcept;
    [[nodiscard]] PumpEnd end_of(From from) noexcept;
    void pump(From from);
    void count_bytes(From from, std::uint64_t count) noexcept;
    void wait_for(From from, Pump::Next next);
    void watch_for_reset(From from);
    void on_finished(From from);
    void on_idle_timer();
    void arm(TimePoint when);
    void on_timer();

    std::shared_ptr<StreamWorld> world_;
    std::shared_ptr<ListenerState> listener_;
    StreamSocket client_;
    StreamSocket target_;
    std::unique_ptr<SealedChannel> client_tls_; // nullptr: what the client sends is passed on as it is
    std::unique_ptr<SealedChannel> target_tls_;
    LoopTimer timer_; // the intake's end, then an attempt's, then the idle timeout
    Pump from_client_;
    Pump from_target_;
    std::unique_ptr<Setup> setup_; // nullptr: connected
    ClientRoute route_;
    SocketAddress peer_;
    SocketAddress target_address_;
    std::string server_name_;
    std::string sentence_;
    TimePoint accepted_;
    TimePoint last_byte_;
    std::chrono::milliseconds idle_timeout_;
    ListenerId listener_id_;
    TargetId target_id_ = 0;
    std::uint32_t attempts_ = 0;
    bool has_target_ = false;
    bool is_connected_ = false;
    bool is_watching_[2] = {}; // for a reset of client, target, while that side is not read
    bool is_flushing_[2] = {}; // what TLS has to say to client, target of its own accord
    bool client_ended_first_ = false;
    std::optional<StreamEnd> end_;
};

template <typename Body>
void Stream::guarded(Body body) noexcept {
    if (is_over()) return;
    try {
        body();
    } catch (...) { // memory, or the loop's own trouble: this connection ends, no other
        end(StreamEnd::no_resources);
    }
}

} // namespace sallyport::balance
