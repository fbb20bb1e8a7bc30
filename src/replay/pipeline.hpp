// SPDX-License-Identifier: Apache-2.0
// One worker, the appliances around it, and the files that it sends into: carries one packet of a trace after the other
// to its end.
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

class Pipeline {
public:
    /// All that is handed in must outlive it.
    Pipeline(const chain::Roster& roster, const forward::Table& forwarding, const config::FlowTimeouts& timeouts,
             journey::Worker worker, Emulation emulation, Outputs& outputs);

    /// The secrets of every replay: the same, so that the same input gives the same bytes.
    static constexpr journey::WorkerKeys keys = {{0x53616c6c79706f72, 0x742d7265706c6179},
                                                 {0x666c6f772d636f6f, 0x6b6965732d6f6c64}};
    [[nodiscard]] static Result<journey::Worker> make_worker(const config::Config& config, const chain::Roster& roster,
                                                             const std::vector<ReplayPort>& ports);

    /// The clock goes on to `time`, never back; flows expire meanwhile.
    void pass_time(Instant time);
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
    void deliver(journey::Packet* frame, Passage& passage);
    void note_visit(const FrameToAppliance& to, const journey::Packet& frame, Passage& passage) const;
    [[nodiscard]] journey::Surroundings surroundings() const { return {roster_, forwarding_, now_}; }

    const chain::Roster& roster_;
    const forward::Table& forwarding_;
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
    std::vector<std::uint64_t> flows_by_chain_; // by chain index; last: without a chain
};

} // namespace sallyport::replay
