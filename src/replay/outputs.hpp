// SPDX-License-Identifier: Apache-2.0
// The folder that a replay writes: a trace for every port, one for what appliances gave back, and the report.
#pragma once

#include "chain/roster.hpp"
#include "journey/packet.hpp"
#include "replay/port_plan.hpp"
#include "replay/report.hpp"
#include "replay/trace_writer.hpp"
#include "support/clock.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::replay {

class Outputs {
public:
    /// Makes the folder, and overwrites what an earlier replay left there, but none of `inputs`.
    static Result<Outputs> create(const std::filesystem::path& folder, const chain::Roster& roster,
                                  const std::vector<ReplayPort>& ports, const std::vector<std::string>& inputs);

    /// A frame that the gateway sent at its port; the port's VLAN tag is put on in the file.
    void sent(Instant now, journey::Packet& frame);
    /// A frame that an appliance gave back, with its port's tag likewise.
    void returned(Instant now, journey::Packet& frame);
    /// Writes the report and closes all files.
    Result<std::monostate> finish(const Report& report);

private:
    Outputs() = default;
    void write(TraceWriter& trace, Instant now, journey::Packet& frame);

    std::filesystem::path folder_;
    std::vector<std::uint16_t> vlans_; // by port index
    std::vector<TraceWriter> ports_;
    std::optional<TraceWriter> inspect_return_;
};

} // namespace sallyport::replay
