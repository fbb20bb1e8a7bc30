// SPDX-License-Identifier: Apache-2.0
// The journey of a packet: the steps, in the order in which a round runs them. Each drains its own inbox and puts every
// packet into exactly one other inbox, or ends it with drop(). No step calls another. Inboxes only lead downwards in
// this list, so one pass carries every packet to its end.
//
//   ingress      is it an IP packet, or for the host?              -> classify, to_host
//   classify     whose is it: ours, an appliance's, a tenant's?    -> to_host, hop_return, fragments, flow_lookup
//   fragments    which ports did its first fragment have?          -> flow_lookup, (another worker)
//   flow_lookup  which flow; a new one gets its chain              -> hop_out, detour, balance, (another worker)
//   hop_return   may the appliance send us this; what is next?     -> hop_out, detour, balance, (another worker)
//   detour       mirrors, verdicts, appliances that failed or left -> hop_out, balance, egress
//   balance      the chain is done: where does the flow go?        -> route, to_host
//   hop_out      GENEVE around it, for the next appliance          -> egress
//   route        TTL, the way to the destination                   -> egress
//   egress       the next station's MAC, the Ethernet header       -> the port
//   to_host      into the host link
//
// What a step makes besides (a mirror's copy, the second RST of a reset, the rest of a packet that was cut), and what
// waited for its first fragment, is carried on in a round of its own, right after the one that made it.
#pragma once

#include "journey/inbox.hpp"
#include "journey/worker_state.hpp"
#include "telemetry/drop_reason.hpp"

namespace sallyport::journey {

struct Round {
    WorkerState& worker;
    const Surroundings& around;
    Outlet& outlet;

    Inbox ingress;
    Inbox classify;
    Inbox fragments;
    Inbox flow_lookup;
    Inbox hop_return;
    Inbox detour;
    Inbox balance;
    Inbox hop_out;
    Inbox route;
    Inbox egress;
    Inbox to_host;
    Inbox handover;
    Inbox transmit;
    Inbox dropped;

    Round(WorkerState& worker_state, const Surroundings& surroundings, Outlet& way_out) noexcept
        : worker(worker_state), around(surroundings), outlet(way_out) {}

    /// A packet that a step made goes on at `resume`, in the next round of the same call. Dropped as NoBuffer when
    /// there are more than any burst can make.
    void produce(Packet* packet, Resume resume) noexcept {
        packet->resume = resume;
        if (worker.produced.push(packet)) [[likely]]
            return;
        worker.counters.drop(DropReason::NoBuffer).add(1);
        give_back(packet);
    }
    /// A packet that a step made and has no use for.
    void give_back(Packet* packet) noexcept { outlet.release({&packet, 1}); }
};

void ingress(Round& round) noexcept;
void classify(Round& round) noexcept;
void fragments(Round& round) noexcept;
void flow_lookup(Round& round) noexcept;
void hop_return(Round& round) noexcept;
void detour(Round& round) noexcept;
void balance(Round& round) noexcept;
void hop_out(Round& round) noexcept;
void route(Round& round) noexcept;
void egress(Round& round) noexcept;
void to_host(Round& round) noexcept;

/// Makes the packet the frame that the host link of the port takes.
void address_to_host(const Round& round, Packet& packet, PortIndex home) noexcept;

/// The end of a packet: counted under its reason, its buffer released at the end of the round.
inline void drop(Round& round, Packet* packet, DropReason reason) noexcept {
    round.worker.counters.drop(reason).add(1);
    round.dropped.push(packet);
}

/// To the worker that owns the flow; it goes on at `resume`.
inline void hand_over(Round& round, Packet* packet, unsigned owner, Resume resume) noexcept {
    packet->owner = static_cast<std::uint8_t>(owner);
    packet->resume = resume;
    round.worker.counters.handed_over.add(1);
    round.handover.push(packet);
}

} // namespace sallyport::journey
