// SPDX-License-Identifier: Apache-2.0
// Appliances that give probes back, or do not, as the test wishes.
#pragma once

#include "health/probe_path.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace sallyport::test {

class FakeProbePath final : public health::ProbePath {
public:
    struct Sent {
        ApplianceIndex appliance;
        std::uint32_t number;
        std::vector<std::uint8_t> packet;
        EndpointIndex endpoint;
    };

    void send(ApplianceIndex appliance, std::uint32_t number, std::span<const std::uint8_t> ip_packet,
              EndpointIndex endpoint) override {
        sent.push_back({appliance, number, {ip_packet.begin(), ip_packet.end()}, endpoint});
    }
    [[nodiscard]] bool answered(ApplianceIndex appliance, std::uint32_t number) const override {
        ++looks;
        const bool is_last_number = !sent.empty() && number_sent_to(appliance) == number;
        return is_last_number && !dead.contains(appliance) && looks > looks_before_answer;
    }
    [[nodiscard]] std::size_t count_sent_to(ApplianceIndex appliance) const {
        std::size_t count = 0;
        for (const Sent& each : sent)
            count += each.appliance == appliance ? 1U : 0U;
        return count;
    }

    std::vector<Sent> sent;
    std::set<ApplianceIndex> dead; // nothing comes back from them
    unsigned looks_before_answer = 0;
    mutable unsigned looks = 0;

private:
    [[nodiscard]] std::uint32_t number_sent_to(ApplianceIndex appliance) const {
        std::uint32_t number = 0;
        for (const Sent& each : sent)
            if (each.appliance == appliance) number = each.number;
        return number;
    }
};

} // namespace sallyport::test
