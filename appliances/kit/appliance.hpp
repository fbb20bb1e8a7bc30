// SPDX-License-Identifier: Apache-2.0
// What an appliance is: something that looks at a packet and says whether it may go on. No sockets, no clock.
#pragma once

#include "geneve/gwlb.hpp"
#include "support/clock.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::appliances {

/// One packet that a gateway sent to be looked at.
struct Visit {
    std::uint16_t protocol_type = 0; // 0x0800, 0x86DD, or 0x6558 for a whole Ethernet frame
    std::uint32_t vni = 0;
    geneve::GwlbOptions options;          // whose traffic it is, and of which flow
    std::span<const std::uint8_t> packet; // the packet inside, valid during the call only
};

/// Pass and drop are about the packet; the others about the rest of its flow too, for a gateway that granted this group
/// `verdicts` (docs/appliances.md). Another one passes the packet with pass_rest and mirror_only. With drop_rest it
/// may pass it too, if it does not know verdicts at all.
enum class Verdict : std::uint8_t { pass, drop, pass_rest, drop_rest, mirror_only };

/// Whether the packet itself is to go on.
[[nodiscard]] constexpr bool passes(Verdict verdict) noexcept {
    return verdict != Verdict::drop && verdict != Verdict::drop_rest;
}
/// "pass", "drop_rest": the word in logs.
[[nodiscard]] constexpr std::string_view name(Verdict verdict) noexcept {
    constexpr std::string_view names[] = {"pass", "drop", "pass_rest", "drop_rest", "mirror_only"};
    return names[static_cast<std::size_t>(verdict)];
}

struct NamedCount {
    std::string name;
    std::uint64_t count = 0;
};

class Appliance {
public:
    Appliance() = default;
    Appliance(const Appliance&) = delete;
    Appliance& operator=(const Appliance&) = delete;
    virtual ~Appliance() = default;

    /// Called for one packet after the other, from one thread, with time that never goes back. Pass gives the packet
    /// back to the gateway as it came; drop is the end of it.
    virtual Verdict inspect(const Visit& visit, Instant now) = 0;

    /// What the appliance counted, for the person who runs it.
    [[nodiscard]] virtual std::vector<NamedCount> counts() const { return {}; }
};

} // namespace sallyport::appliances
