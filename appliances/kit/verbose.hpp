// SPDX-License-Identifier: Apache-2.0
// An appliance that tells what another one does with each packet.
#pragma once

#include "kit/appliance.hpp"
#include "kit/inner_packet.hpp"

#include <functional>
#include <string>

namespace sallyport::appliances {

class Verbose : public Appliance {
public:
    using Say = std::function<void(const std::string& line)>;

    Verbose(Appliance& inner, Say say) : inner_(inner), say_(std::move(say)) {}

    Verdict inspect(const Visit& visit, Instant now) override {
        const Verdict verdict = inner_.inspect(visit, now);
        InnerPacket packet;
        const InnerFault fault = parse_inner(visit.protocol_type, visit.packet, packet);
        const std::string what = fault == InnerFault::none ? packet.to_string() : std::string(name(fault));
        say_(std::string(name(verdict)) + ' ' + what + ", endpoint " + std::to_string(visit.options.endpoint_id) +
             ", " + std::to_string(visit.packet.size()) + " bytes");
        return verdict;
    }

    [[nodiscard]] std::vector<NamedCount> counts() const override { return inner_.counts(); }

private:
    Appliance& inner_;
    Say say_;
};

} // namespace sallyport::appliances
