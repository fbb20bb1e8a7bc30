// SPDX-License-Identifier: Apache-2.0
#include "replay/outputs.hpp"

#include "replay/pretty_json.hpp"
#include "replay/vlan.hpp"

#include <boost/json/object.hpp>
#include <fstream>
#include <string_view>
#include <system_error>

namespace sallyport::replay {

namespace {

Result<std::monostate> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (std::filesystem::is_directory(folder)) return std::monostate{};
    return failure("the output folder can not be made: " + folder.string() + ": " +
                   (error ? error.message() : "there is a file of that name"));
}

Result<TraceWriter> create_trace(const std::filesystem::path& path, const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) {
        std::error_code ignored; // when one of them is not there, they are not the same
        if (std::filesystem::equivalent(path, input, ignored)) {
            return failure("the output would overwrite the input " + input + "; choose another folder");
        }
    }
    return TraceWriter::create(path.string());
}

} // namespace

Result<Outputs> Outputs::create(const std::filesystem::path& folder, const chain::Roster& roster,
                                const std::vector<ReplayPort>& ports, const std::vector<std::string>& inputs) {
    constexpr std::string_view inspect_return = "inspect-return";
    if (auto made = make_folder(folder); !made) return tl::unexpected(made.error());
    Outputs outputs;
    outputs.folder_ = folder;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const std::string& name = roster.ports[i].name;
        if (name == inspect_return) return failure("a port can not be called inspect-return in a replay; rename it");
        auto writer = create_trace(folder / (name + ".pcap"), inputs);
        if (!writer) return tl::unexpected(writer.error());
        outputs.ports_.push_back(std::move(*writer));
        outputs.vlans_.push_back(ports[i].vlan);
    }
    auto writer = create_trace(folder / (std::string(inspect_return) + ".pcap"), inputs);
    if (!writer) return tl::unexpected(writer.error());
    outputs.inspect_return_ = std::move(*writer);
    return outputs;
}

void Outputs::sent(Instant now, journey::Packet& frame) {
    write(ports_[frame.port], now, frame);
}

void Outputs::returned(Instant now, journey::Packet& frame) {
    write(*inspect_return_, now, frame);
}

void Outputs::write(TraceWriter& trace, Instant now, journey::Packet& frame) {
    const std::uint16_t vlan = vlans_[frame.port];
    const bool is_tagged = vlan != 0 && add_vlan_tag(frame, vlan);
    trace.write(now.nanoseconds, frame.bytes());
    if (is_tagged) remove_vlan_tags(frame, 1);
}

Result<std::monostate> Outputs::finish(const Report& report) {
    for (TraceWriter& port : ports_) {
        if (auto done = port.finish(); !done) return done;
    }
    if (auto done = inspect_return_->finish(); !done) return done;

    const std::filesystem::path path = folder_ / "report.json";
    std::ofstream file(path);
    write_pretty(file, to_json(report));
    file << '\n';
    file.close();
    if (!file) return failure("the output can not be written: " + path.string());
    return std::monostate{};
}

} // namespace sallyport::replay
