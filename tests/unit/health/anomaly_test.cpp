// SPDX-License-Identifier: Apache-2.0
#include "health/anomaly.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace sallyport;
using namespace sallyport::health;

namespace {

/// A group's life; each second some requests of each target succeed and others fail.
class Group {
public:
    explicit Group(std::size_t targets, bool mitigates = true) : detector(AnomalyRule{}, mitigates), seen_(targets) {
        for (std::size_t i = 0; i < targets; ++i)
            seen_[i] = {static_cast<TargetIndex>(i + 7), {1000 * i, 50}}; // of before the detector
        detector.see(seen_, now_);
    }

    void pass(unsigned seconds, const std::vector<Outcomes>& each_second) {
        for (unsigned second = 0; second < seconds; ++second) {
            for (std::size_t i = 0; i < seen_.size(); ++i) {
                seen_[i].outcomes.succeeded += each_second[i].succeeded;
                seen_[i].outcomes.failed += each_second[i].failed;
            }
            look();
        }
    }
    void look() {
        now_.nanoseconds += 1'000'000'000;
        detector.see(seen_, now_);
    }
    [[nodiscard]] Anomaly of(std::size_t number) const { return detector.of(static_cast<TargetIndex>(number + 7)); }
    [[nodiscard]] std::vector<bool> anomalous() const {
        std::vector<bool> all;
        for (std::size_t i = 0; i < seen_.size(); ++i)
            all.push_back(of(i).is_anomalous);
        return all;
    }
    void leaves(std::size_t number) { seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(number)); }
    void counters_begin_anew(std::size_t number) { seen_[number].outcomes = {}; }

    AnomalyDetector detector;

private:
    std::vector<AnomalyDetector::Seen> seen_;
    Instant now_{1'000'000'000};
};

constexpr Outcomes well{10, 0};
constexpr Outcomes ill{0, 10};
constexpr Outcomes idle{};

using Flags = std::vector<bool>;

} // namespace

TEST_CASE("a target that fails what the others do not is left with a tenth") {
    Group group(3);
    group.pass(1, {well, well, ill});
    CHECK_FALSE(group.of(2).is_anomalous); // ten requests say little
    group.pass(1, {well, well, ill});
    CHECK(group.of(2) == Anomaly{true, 10});
    CHECK(group.of(0) == Anomaly{});
    CHECK(group.detector.sentence(9) == "20 of 20 requests failed within 10 s, of the others' 0 %");
}

TEST_CASE("without mitigation it is known, and keeps its weight") {
    Group group(3, false);
    group.pass(2, {well, well, ill});
    CHECK(group.of(2) == Anomaly{true, 100});
}

TEST_CASE("it has its weight back step by step once it is well") {
    Group group(3);
    group.pass(2, {well, well, ill});
    group.pass(9, {well, well, {1, 0}});
    CHECK(group.of(2) == Anomaly{true, 10}); // what it failed is still within the window
    group.pass(3, {well, well, {1, 0}});
    CHECK(group.of(2) == Anomaly{false, 10});
    std::vector<std::uint16_t> shares;
    for (unsigned step = 0; step < 5; ++step) {
        group.pass(5, {well, well, well});
        shares.push_back(group.of(2).percent);
    }
    CHECK(shares == std::vector<std::uint16_t>{20, 40, 80, 100, 100});
}

TEST_CASE("the little that still comes to it is enough to keep it where it is") {
    Group group(3);
    group.pass(2, {well, well, ill});
    for (unsigned i = 0; i < 20; ++i) {
        group.pass(4, {well, well, idle});
        group.pass(1, {well, well, {0, 1}});
    }
    CHECK(group.of(2) == Anomaly{true, 10});
    group.pass(60, {well, well, idle}); // nothing is known against it any more
    CHECK(group.of(2) == Anomaly{});
}

TEST_CASE("what all of them fail is the application's") {
    Group group(3);
    group.pass(20, {ill, ill, ill});
    CHECK(group.anomalous() == Flags{false, false, false});
    // Somewhat worse than the others is not enough: twice as much, and ten of a hundred more.
    Group other(4);
    other.pass(20, {{60, 40}, {60, 40}, {60, 40}, {30, 70}});
    CHECK_FALSE(other.of(3).is_anomalous);
    other.pass(20, {{60, 40}, {60, 40}, {60, 40}, {10, 90}});
    CHECK(other.of(3).is_anomalous);
    Group third(3);
    third.pass(20, {{100, 0}, {99, 1}, {92, 8}});
    CHECK_FALSE(third.of(2).is_anomalous);
    third.pass(20, {{100, 0}, {99, 1}, {88, 12}});
    CHECK(third.of(2).is_anomalous);
}

TEST_CASE("half of them at most are anomalous, the worst ones") {
    Group group(5);
    group.pass(5, {well, {50, 50}, {20, 80}, well, {40, 60}});
    CHECK(group.anomalous() == Flags{false, false, true, false, true});
    Group equals(5);
    equals.pass(5, {well, ill, ill, ill, well});
    CHECK(equals.anomalous() == Flags{false, true, true, false, false});
    Group most(5);
    most.pass(5, {well, ill, ill, ill, ill}); // what most do is what each is held against
    CHECK(most.anomalous() == Flags{false, false, false, false, false});
}

TEST_CASE("with fewer than three nobody is judged, and who was mitigated gets its weight back") {
    Group pair(2);
    pair.pass(20, {well, ill});
    CHECK(pair.anomalous() == Flags{false, false});
    Group group(3);
    group.pass(2, {well, well, ill});
    CHECK(group.of(2).percent == 10);
    group.leaves(0);
    group.look();
    CHECK(group.of(2) == Anomaly{false, 100});
}

TEST_CASE("a target is held against others of whom something is known") {
    Group group(5);
    group.pass(10, {ill, well, idle, idle, idle});
    CHECK_FALSE(group.of(0).is_anomalous);
    group.pass(2, {ill, well, well, idle, idle});
    CHECK(group.of(0).is_anomalous);
}

TEST_CASE("who left and comes back begins anew, and so does who counts anew") {
    Group group(4);
    group.pass(2, {well, well, well, ill});
    CHECK(group.of(3).percent == 10);
    group.leaves(3);
    group.look();
    CHECK(group.of(3) == Anomaly{});
    CHECK(group.detector.sentence(10).empty());
    group.pass(20, {well, well, {9, 1}});
    group.counters_begin_anew(2);
    group.look();
    CHECK(group.detector.sentence(9) == "0 of 0 requests failed within 10 s, of the others' 0 %");
}
