// SPDX-License-Identifier: Apache-2.0
// One worker, the appliances around it, and the files that it sends into: carries one packet of a trace after the other
// to its end, by the roster of its time.
#pragma once

#include "chain/roster.hpp"
#include "config/config.hpp"
#include "forward/table.hpp"
#include "journey/worker.hpp"
#include "replay/emulation.hpp"
#include "replay/outlet.hpp"
#include "replay/outputs.hpp"
#include "replay/packet_pool.hpp"
#include "replay/port_plan.hpp"
#include "replay/report.hpp"
#include "replay/symmetry.hpp"

#include <optional>

namespace sallyport::replay {

/// What the worker reads: replaced whole by an event, between two packets.
struct Snapshot {
    chain::Roster roster;
    forward::Table forwarding;
};

class Pipeline {
public:
    /// `outputs` must outlive it.
    Pipeline(Snapshot first, journey::Worker worker, Emulation emulation, Outputs& outputs);

    /// The secrets of every replay: the same, so that the same input gives the same bytes.
    static constexpr journey::WorkerKeys keys = {{0x53616c6c79706f72, 0x742d7265706c6179},
                                                 {0x666c6f772d636f6f, 0x6b6965732d6f6c64}};
    /// With room for the appliances, listeners and targets of `last`, the roster of the trace's end.
    [[nodiscard]] static Result<journey::Worker> make_worker(const config::Config& config, const chain::Roster& first,
                                                             const chain::Roster& last,
                                                             const std::vector<ReplayPort>& ports);

    /// The clock goes on to `time`, never back; flows expire meanwhile.
    void pass_time(Instant time);
    /// From now on things stand like this. Everything of the roster before keeps its position.
    void follow(Snapshot snapshot);
    /// What a trace's server sends becomes what the target would have sent that its client's flow was given.
    void stand_in(const journey::Packet& packet) { worker_.stand_in(surroundings(), outlet_, packet); }
    /// An empty packet; to be given to arrive() or refuse().
    [[nodiscard]] journey::Packet* take() { return pool_.take(); }
    void arrive(journey::Packet* packet);
    void refuse(journey::Packet* packet, DropReason reason);
    /// Ends what still waits, and adds up what happened.
    void finish(Report& report);

private:
    void tend_at(std::uint64_t time_ns);
    void sweep_from(std::uint64_t time_ns, std::uint64_t period_ns);
    void settle(Passage& passage);
    void end_at_host(journey::Packet* packet);
    void count_balancing(Report& report) const;
    void deliver(journey::Packet* frame, Passage& passage);
    void note_visit(const FrameToAppliance& to, const journey::Packet& frame, Passage& passage) const;
    [[nodiscard]] journey::Surroundings surroundings() const { return {now_in_.roster, now_in_.forwarding, now_}; }
    [[nodiscard]] const chain::Roster& roster() const noexcept { return now_in_.roster; }
    /// Packets that the gateway made itself, on the endpoints' ports.
    [[nodiscard]] std::uint64_t generated() const noexcept;

    Snapshot now_in_;
    Outputs& outputs_;
    PacketPool pool_;
    ReplayOutlet outlet_;
    journey::Worker worker_;
    Emulation emulation_;
    Symmetry symmetry_;
    Instant now_;
    std::uint64_t longest_timeout_ns_ = 0;
    Amount out_;
    Amount to_appliances_;
    Amount from_appliances_;
    std::uint64_t resets_for_host_ = 0;         // for a proxy that is not there
    std::uint64_t copies_ = 0;                  // of to_appliances_, for mirrors
    std::vector<std::uint64_t> flows_by_chain_; // by chain index
    std::uint64_t flows_without_chain_ = 0;
};

} // namespace sallyport::replay
