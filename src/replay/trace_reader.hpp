// SPDX-License-Identifier: Apache-2.0
// A capture file, record by record: pcap and pcapng with any resolution of time, read through libpcap.
#pragma once

#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct pcap;

namespace sallyport::replay {

struct Record {
    std::uint64_t time_ns = 0;           // since 1970; what a damaged file makes up is bounded
    std::span<const std::uint8_t> bytes; // as captured, valid until the next record is read
};

class TraceReader {
public:
    /// Fails with a sentence when the file is not there or no capture file.
    static Result<TraceReader> open(const std::string& path);

    /// The next record; nothing at the end, and where the file is damaged: then fault() says so.
    [[nodiscard]] std::optional<Record> next();
    /// The sentence that says where and how the file is damaged; empty as long as it is not.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    /// libpcap's DLT of all records.
    [[nodiscard]] int link_type() const noexcept { return link_type_; }

private:
    struct Close {
        void operator()(pcap* trace) const noexcept;
    };

    TraceReader() = default;

    std::unique_ptr<pcap, Close> trace_;
    std::string path_;
    std::string fault_;
    std::uint64_t records_ = 0;
    int link_type_ = 0;
};

} // namespace sallyport::replay
