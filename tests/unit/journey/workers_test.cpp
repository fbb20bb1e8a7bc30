// SPDX-License-Identifier: Apache-2.0
// More workers: whichever receives a packet, its flow's owner ends it, and no other knows the flow.
#include "world.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace sallyport;
using namespace sallyport::journey::test;

namespace {

Setup with_workers(unsigned workers, unsigned hops = 2) {
    Setup setup;
    setup.workers = workers;
    setup.hops = hops;
    return setup;
}

Spec numbered(unsigned number) {
    Spec spec = number % 3 == 0 ? over_ipv6(Spec{}) : Spec{};
    spec.source_port = static_cast<std::uint16_t>(1024 + number);
    return spec;
}

} // namespace

TEST_CASE("every packet of a flow is sent by one worker, whichever received it") {
    for (const unsigned workers : {1U, 2U, 4U, 16U}) {
        INFO(workers << " workers");
        World world(with_workers(workers));
        std::set<unsigned> owners;
        for (unsigned number = 0; number < 120; ++number) {
            std::set<unsigned> senders;
            unsigned receiver = number;
            // Out, back, on, back: forward and reverse, every step received by another worker.
            for (const bool reverse : {false, true}) {
                const Spec spec = reverse ? answered(numbered(number)) : numbered(number);
                Outcome step = world.send(reverse ? south : north, spec, receiver++ % workers);
                for (; step.only().port == inspect;) {
                    senders.insert(step.sending_workers.at(0));
                    REQUIRE(step.handed_over <= 1);
                    step = world.give_back(step.sent[0].frame, receiver++ % workers);
                }
                senders.insert(step.sending_workers.at(0));
                REQUIRE(step.sent[0].port == (reverse ? north : south));
            }
            REQUIRE(senders.size() == 1);
            owners.insert(*senders.begin());
        }
        CHECK(owners.size() == workers);
        CHECK(world.flows() == 120);
    }
}

TEST_CASE("the cookie's top bits name the owner") {
    World world(with_workers(4));
    for (unsigned number = 0; number < 40; ++number) {
        const Outcome out = world.send(north, numbered(number), number % 4);
        CHECK(tunnel_of(out.only().frame).cookie() >> 28 == out.sending_workers[0]);
    }
}

TEST_CASE("a packet that its owner received is handed to nobody, any other to the owner alone") {
    World world(with_workers(2));
    for (unsigned number = 0; number < 40; ++number) {
        const unsigned owner = world.send(north, numbered(number)).sending_workers.at(0);
        CHECK(world.send(north, numbered(number), owner).handed_over == 0);
        const Outcome elsewhere = world.send(north, numbered(number), 1 - owner);
        CHECK(elsewhere.handed_over == 1);
        CHECK(elsewhere.sending_workers.at(0) == owner);
    }
}

TEST_CASE("a burst of many owners is handed over whole") {
    World world(with_workers(4));
    std::vector<Bytes> frames;
    for (unsigned number = 0; number < 64; ++number)
        frames.push_back(World::frame_for(north, ip_packet(numbered(number))));
    const Outcome out = world.burst(north, frames, 3);
    REQUIRE(out.sent.size() == 64);
    CHECK(out.handed_over > 32);
    std::vector<Bytes> answers;
    for (const Outcome::Sent& sent : out.sent)
        answers.push_back(returned(sent.frame));
    CHECK(world.burst(inspect, answers, 2).sent.size() == 64);
}

TEST_CASE("a forged cookie finds no flow at the worker that it names") {
    World world(with_workers(4));
    for (unsigned number = 0; number < 20; ++number) {
        Bytes frame = returned(world.send(north, numbered(number)).only().frame);
        frame[geneve_at + 36] ^= 0x10;
        CHECK(world.arrive(inspect, frame).is_dropped(DropReason::MissingFlowEntry));
        frame[geneve_at + 36] ^= 0xf0;
        CHECK(world.arrive(inspect, frame, number % 4).drops.size() == 1);
    }
}

TEST_CASE("what is wrong with a returned packet is counted once, also when it was handed over") {
    World world(with_workers(2));
    for (unsigned number = 0; number < 20; ++number) {
        Bytes frame = returned(world.send(north, numbered(number)).only().frame);
        frame[geneve_at + 39] ^= 0x40;
        for (const unsigned receiver : {0U, 1U})
            CHECK(world.arrive(inspect, frame, receiver).is_dropped(DropReason::InvalidGwlbFlowCookie));
    }
}
