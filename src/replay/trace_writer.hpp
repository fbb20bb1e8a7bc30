// SPDX-License-Identifier: Apache-2.0
// Writes a capture file: pcap with nanoseconds, Ethernet. Always the same bytes for the same frames.
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

struct pcap_dumper;

namespace sallyport::replay {

class TraceWriter {
public:
    static Result<TraceWriter> create(const std::string& path);

    void write(std::uint64_t time_ns, std::span<const std::uint8_t> frame) noexcept;
    /// Whether all of it reached the file; a sentence when not, a full disk for example.
    [[nodiscard]] Result<std::monostate> finish();

private:
    struct Close {
        void operator()(pcap_dumper* file) const noexcept;
    };

    TraceWriter() = default;

    std::unique_ptr<pcap_dumper, Close> file_;
    std::string path_;
};

} // namespace sallyport::replay
