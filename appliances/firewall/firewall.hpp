// SPDX-License-Identifier: Apache-2.0
// A stateful packet filter: rules judge the first packet of a flow, the flow's other packets pass in both directions.
// No sockets and no clock, so that `sallyport replay` runs the same code.
#pragma once

#include "firewall/denial_log.hpp"
#include "firewall/rules.hpp"
#include "firewall/state_table.hpp"
#include "kit/appliance.hpp"
#include "kit/inner_packet.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sallyport::appliances {

/// Why a packet was denied, other than by a rule or by `default`.
enum class Refusal : std::uint8_t { state_table_full, tcp_midstream, fragment_without_first };
inline constexpr std::size_t refusal_count = 3;
[[nodiscard]] std::string_view name(Refusal refusal) noexcept;

class Firewall : public Appliance {
public:
    using Say = std::function<void(const std::string& line)>;

    /// `rules` must be without findings. `say` gets a line for each denial, at most a few a second; empty: no lines.
    explicit Firewall(Rules rules, const StateTableSettings& settings = {}, Say say = {});

    Verdict inspect(const Visit& visit, Instant now) override;
    [[nodiscard]] std::vector<NamedCount> counts() const override;

    [[nodiscard]] std::uint32_t flows() const noexcept { return states_.size(); }

private:
    struct Packet {
        const Visit& visit;
        const InnerPacket& inner;
        Instant now;
    };

    Verdict judge(const Packet& packet);
    [[nodiscard]] bool has_forbidden_text(const Packet& packet, StateTable::Entry& entry) const noexcept;
    /// By a rule, or by `default`: null.
    Verdict deny(const Packet& packet, const Rule* rule);
    void count(const Rule* rule) noexcept;
    Verdict judge_new_flow(const Packet& packet, const StateKey& key);
    Verdict pass_and_follow_fragments(const Packet& packet);
    Verdict pass_of_flow(const Packet& packet, StateTable::Entry& entry);
    bool follow_established(const Packet& packet, StateTable::Entry& entry);
    [[nodiscard]] bool is_about_known_flow(const Packet& packet);
    Verdict refuse(const Packet& packet, Refusal refusal);
    void tell(const Visit& visit, const std::string& packet, const std::string& why, Instant now);

    Rules rules_;
    std::vector<std::uint16_t> with_text_; // positions of rules that judge every packet
    StateTable states_;
    DenialLog log_;
    Say say_;

    std::uint64_t established_ = 0; // passed as part of a known flow
    std::uint64_t related_ = 0;     // ICMP errors about a known flow
    std::uint64_t by_default_ = 0;
    std::vector<std::uint64_t> by_rule_;
    std::array<std::uint64_t, refusal_count> refused_ = {};
    std::array<std::uint64_t, inner_fault_count> malformed_ = {};
};

} // namespace sallyport::appliances
