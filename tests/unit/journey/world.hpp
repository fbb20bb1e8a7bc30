// SPDX-License-Identifier: Apache-2.0
// The world around the workers of these tests: the network of setup.hpp, a clock that the test moves, and the one fake,
// an outlet that keeps what it gets and holds the journey to its promise that every packet has one end.
#pragma once

#include "balance/l4/build_directory.hpp"
#include "setup.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace sallyport::journey::test {

/// Frames that left, and what else happened in one call.
struct Outcome {
    struct Sent {
        PortIndex port = no_index;
        Bytes frame;
    };
    std::vector<Sent> sent;
    std::vector<Sent> to_host;
    std::vector<DropReason> drops;
    std::vector<std::pair<PortIndex, IpAddress>> asked;
    unsigned handed_over = 0;
    std::vector<unsigned> sending_workers; // for each frame sent

    /// The one frame that left; anything else is the test's failure.
    [[nodiscard]] const Sent& only() const {
        if (sent.size() == 1 && to_host.empty() && drops.empty()) return sent[0];
        std::string what = std::to_string(sent.size()) + " sent, " + std::to_string(to_host.size()) + " to the host";
        for (const DropReason reason : drops)
            what += ", dropped " + std::string(name(reason));
        throw std::runtime_error("expected one packet and nothing else: " + what);
    }
    [[nodiscard]] bool is_dropped(DropReason reason) const {
        return sent.empty() && to_host.empty() && drops == std::vector<DropReason>{reason};
    }
};

class World : Outlet {
public:
    explicit World(const Setup& setup = {})
        : setup_(setup), slots_(chain::first_slots(configuration(setup))),
          target_slots_(balance::first_target_slots(configuration(setup))),
          roster_(balance::build_roster(configuration(setup), slots_, target_slots_)) {
        rebuild_forwarding();
        restart();
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() override {
        for (Worker& worker : workers_)
            worker.give_up_pending(*this);
    }

    /// New workers that know nothing, at the first moment of the clock; routes and neighbours stay.
    void restart() {
        for (Worker& worker : workers_)
            worker.give_up_pending(*this);
        workers_.clear();
        now_ = Instant{1'000'000'000'000};
        WorkerSettings settings = setup_.settings;
        settings.count = setup_.workers;
        for (PortIndex port = 0; port < port_count; ++port)
            settings.port_macs.push_back(own_mac(port));
        settings.keys = {{1, 2}, {3, 4}};
        settings.appliance_slots = roster_.appliances.size() + 1;
        settings.listener_slots = target_slots_.listeners.size();
        settings.target_group_slots = target_slots_.groups.size();
        settings.target_slots = target_slots_.targets.size();
        for (settings.index = 0; settings.index < settings.count; ++settings.index)
            workers_.push_back(std::move(*Worker::create(settings, roster_)));
    }

    /// Frames that arrive together at one port; headroom as a driver leaves it, and not a byte of room behind.
    Outcome burst(PortIndex port, const std::vector<Bytes>& frames, unsigned worker = 0, std::size_t headroom = 128) {
        return watched([&] {
            std::vector<Packet*> packets;
            for (const Bytes& frame : frames)
                packets.push_back(bring_in(port, frame, headroom));
            current_worker_ = worker;
            workers_.at(worker).arrive(surroundings(), *this, packets);
        });
    }
    Outcome arrive(PortIndex port, const Bytes& frame, unsigned worker = 0) { return burst(port, {frame}, worker); }
    /// Frames that the gateway's own IP stack sends on the port's host link.
    Outcome leave_host(PortIndex port, const Bytes& ip, unsigned worker = 0) {
        return watched([&] {
            Packet* packet = bring_in(port, frame(station_mac(port), own_mac(port), ip), 128);
            current_worker_ = worker;
            workers_.at(worker).leave_host(surroundings(), *this, {&packet, 1});
        });
    }
    Outcome send(PortIndex port, const Spec& spec, unsigned worker = 0) {
        return arrive(port, frame_for(port, ip_packet(spec)), worker);
    }
    /// The frame, as a target would have sent it.
    Bytes stand_in(PortIndex port, const Bytes& frame) {
        Packet* packet = bring_in(port, frame, 128);
        workers_.at(0).stand_in(surroundings(), *this, *packet);
        const Bytes changed(packet->bytes().begin(), packet->bytes().end());
        release({&packet, 1});
        return changed;
    }
    /// What the appliance makes of `sent`, back into the gateway.
    Outcome give_back(const Bytes& sent, unsigned worker = 0) { return arrive(inspect, returned(sent), worker); }
    Outcome tend() {
        return watched([&] {
            for (current_worker_ = 0; current_worker_ < workers_.size(); ++current_worker_)
                workers_[current_worker_].tend(surroundings(), *this);
        });
    }

    Outcome refuse(PortIndex port, const Bytes& frame, DropReason reason) {
        return watched([&] {
            Packet* packet = bring_in(port, frame, 128);
            workers_[0].refuse(*this, {&packet, 1}, reason);
        });
    }
    Outcome give_up() {
        return watched([&] {
            for (Worker& worker : workers_)
                worker.give_up_pending(*this);
        });
    }

    /// As if the pool of packet buffers were empty.
    bool no_buffers = false;
    /// As if it had so many.
    unsigned buffers_left = ~0U;

    [[nodiscard]] static Bytes frame_for(PortIndex port, const Bytes& ip) {
        return frame(own_mac(port), station_mac(port), ip);
    }

    [[nodiscard]] Instant now() const { return now_; }
    void pass(std::chrono::nanoseconds time) { now_.nanoseconds += static_cast<std::uint64_t>(time.count()); }
    /// From here on the neighbour is known.
    void learn(PortIndex port, const IpAddress& station) {
        learned_.push_back({port, station, station_mac(port)});
        rebuild_forwarding();
    }

    /// From here on the appliance stands so.
    void stand(unsigned group, unsigned member, const chain::Standing& standing) {
        slots_.appliances.at(group * 2 + member).standing = standing;
        rebuild();
    }
    /// From here on the target, by its position in the file, stands so.
    void stand_target(unsigned target, const std::function<void(balance::TargetPlace&)>& change) {
        change(target_slots_.targets.at(target));
        rebuild();
    }
    /// For what no configuration gives at once; there is room for one appliance more.
    void change_roster(const std::function<void(chain::Roster&)>& change) {
        roster_.version += 1'000'000;
        change(roster_);
        rebuild_forwarding();
    }
    /// Which member of its group has this address.
    [[nodiscard]] unsigned member(const IpAddress& appliance) const { return appliance.bytes()[15] % 10U - 1; }
    [[nodiscard]] const chain::Roster& roster() const { return roster_; }
    Outcome send_probe(const Probe& probe) {
        return watched([&] {
            current_worker_ = 0;
            workers_[0].send_probe(surroundings(), *this, probe);
        });
    }

    [[nodiscard]] IpAddress appliance_address(unsigned group, unsigned member) const {
        return setup_.appliance_address(group, member);
    }
    [[nodiscard]] Worker& worker(unsigned index = 0) { return workers_.at(index); }
    [[nodiscard]] std::uint32_t flows() const {
        std::uint32_t flows = 0;
        for (const Worker& worker : workers_)
            flows += worker.flows().size();
        return flows;
    }
    [[nodiscard]] std::uint64_t drops(DropReason reason) const {
        std::uint64_t count = 0;
        for (const Worker& worker : workers_)
            count += worker.counters().drops[static_cast<std::size_t>(reason)].read();
        return count;
    }
    [[nodiscard]] std::uint32_t pending() const {
        std::uint32_t pending = 0;
        for (const Worker& worker : workers_)
            pending += worker.pending();
        return pending;
    }

private:
    static constexpr std::size_t room_bytes = 9300;

    struct Kept {
        std::unique_ptr<std::uint8_t[]> buffer;
        Packet packet;
    };

    void rebuild() {
        roster_ = balance::build_roster(configuration(setup_), slots_, target_slots_);
        rebuild_forwarding();
    }

    void rebuild_forwarding() {
        forward::Inputs inputs = forwarding_inputs(setup_, roster_);
        inputs.neighbours.insert(inputs.neighbours.end(), learned_.begin(), learned_.end());
        forwarding_ = forward::Table(inputs);
    }

    [[nodiscard]] Surroundings surroundings() const { return {roster_, forwarding_, now_}; }

    Packet* bring_in(PortIndex port, const Bytes& frame, std::size_t headroom) {
        auto kept = std::make_unique<Kept>();
        const std::size_t size = headroom + frame.size();
        kept->buffer = std::make_unique<std::uint8_t[]>(size);
        std::copy(frame.begin(), frame.end(), kept->buffer.get() + headroom);
        kept->packet.buffer = kept->buffer.get();
        kept->packet.capacity = kept->packet.end = static_cast<std::uint16_t>(size);
        kept->packet.begin = static_cast<std::uint16_t>(headroom);
        kept->packet.port = port;
        Packet* packet = &kept->packet;
        inside_[packet] = std::move(kept);
        return packet;
    }

    /// The packet's one end. A second one, or one of a packet that never came in, is the journey's failure.
    void end(Packet* packet) {
        if (inside_.erase(packet) != 1) ++twice_ended_;
    }

    Outcome watched(const std::function<void()>& call) {
        std::array<std::uint64_t, drop_reason_count> before;
        for (std::size_t i = 0; i < drop_reason_count; ++i)
            before[i] = drops(static_cast<DropReason>(i));
        outcome_ = {};
        call();
        deliver_hand_overs();
        given_away_.clear();
        for (std::size_t i = 0; i < drop_reason_count; ++i) {
            const auto reason = static_cast<DropReason>(i);
            outcome_.drops.insert(outcome_.drops.end(), drops(reason) - before[i], reason);
        }
        if (twice_ended_ != 0) throw std::logic_error("a packet had two ends");
        if (inside_.size() != pending()) throw std::logic_error("a packet was lost");
        return outcome_;
    }

    void deliver_hand_overs() {
        while (!handed_.empty()) {
            const auto [worker, packet] = handed_.front();
            handed_.pop_front();
            ++outcome_.handed_over;
            current_worker_ = worker;
            workers_.at(worker).take_over(surroundings(), *this, {&packet, 1});
        }
    }

    void transmit(std::span<Packet* const> packets) noexcept override {
        for (Packet* packet : packets) {
            outcome_.sent.push_back({packet->port, {packet->bytes().begin(), packet->bytes().end()}});
            outcome_.sending_workers.push_back(current_worker_);
            end(packet);
        }
    }
    void to_host(std::span<Packet* const> packets) noexcept override {
        for (Packet* packet : packets) {
            outcome_.to_host.push_back({packet->port, {packet->bytes().begin(), packet->bytes().end()}});
            end(packet);
        }
    }
    void release(std::span<Packet* const> packets) noexcept override {
        for (Packet* packet : packets)
            end(packet);
    }
    /// As if the other worker were quick: it has freed the packet, and another one in its place goes to yet another
    /// worker, before this call is over.
    void hand_over(unsigned worker, std::span<Packet* const> packets) noexcept override {
        for (Packet* given : packets) {
            const auto found = inside_.find(given);
            if (found == inside_.end()) {
                ++twice_ended_;
                continue;
            }
            auto taken = std::make_unique<Kept>(Kept{std::move(found->second->buffer), *given});
            handed_.emplace_back(worker, &taken->packet);
            inside_[&taken->packet] = std::move(taken);
            given->owner = static_cast<std::uint8_t>((worker + 1) % workers_.size());
            given_away_.push_back(std::move(found->second));
            inside_.erase(found);
        }
    }
    Packet* allocate() noexcept override {
        if (no_buffers || buffers_left == 0) return nullptr;
        --buffers_left;
        Packet* packet = bring_in(no_index, Bytes(room_bytes), 128);
        packet->end = packet->begin;
        return packet;
    }
    void resolve(PortIndex port, const IpAddress& station) noexcept override {
        outcome_.asked.emplace_back(port, station);
    }

    Setup setup_;
    chain::Slots slots_;
    balance::TargetSlots target_slots_;
    chain::Roster roster_;
    forward::Table forwarding_;
    std::vector<forward::Neighbour> learned_;
    Instant now_;
    std::vector<Worker> workers_;
    unsigned current_worker_ = 0;
    std::map<Packet*, std::unique_ptr<Kept>> inside_;
    std::deque<std::pair<unsigned, Packet*>> handed_;
    std::vector<std::unique_ptr<Kept>> given_away_;
    unsigned twice_ended_ = 0;
    Outcome outcome_;
};

/// A packet's whole way: out to each appliance in turn and back, until it leaves by another port.
struct Way {
    std::vector<IpAddress> appliances;
    std::vector<Tunnel> tunnels;
    Outcome::Sent last;
};

inline Way walk(World& world, PortIndex port, const Spec& spec) {
    Way way;
    for (way.last = world.send(port, spec).only(); way.last.port == inspect;) {
        way.tunnels.push_back(tunnel_of(way.last.frame));
        way.appliances.push_back(way.tunnels.back().destination);
        way.last = world.give_back(way.last.frame).only();
    }
    return way;
}

} // namespace sallyport::journey::test
