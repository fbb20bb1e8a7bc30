// SPDX-License-Identifier: Apache-2.0
#include "replay/trace_reader.hpp"

#include <algorithm>
#include <array>
#include <pcap/pcap.h>

namespace sallyport::replay {
namespace {

/// What a pcap file can say at most: 32 bits of seconds (the year 2106). A pcapng file can say more; no trace means it.
constexpr std::uint64_t latest_ns = 0xffffffffU * std::uint64_t{1'000'000'000} + 999'999'999;

std::uint64_t to_nanoseconds(const timeval& time) noexcept {
    // Read with nanosecond precision: tv_usec holds nanoseconds. Both may be anything in a damaged file.
    const auto seconds = static_cast<std::uint64_t>(std::clamp<std::int64_t>(time.tv_sec, 0, 0xffffffff));
    const auto nanoseconds = static_cast<std::uint64_t>(std::clamp<std::int64_t>(time.tv_usec, 0, 999'999'999));
    return std::min(seconds * 1'000'000'000 + nanoseconds, latest_ns);
}

} // namespace

void TraceReader::Close::operator()(pcap* trace) const noexcept {
    pcap_close(trace);
}

Result<TraceReader> TraceReader::open(const std::string& path) {
    std::array<char, PCAP_ERRBUF_SIZE> error = {};
    TraceReader reader;
    reader.trace_.reset(
        pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error.data()));
    if (!reader.trace_) {
        const std::string reason = error.data();
        return failure("the trace can not be read: " + (reason.starts_with(path) ? reason : path + ": " + reason));
    }
    reader.path_ = path;
    reader.link_type_ = pcap_datalink(reader.trace_.get());
    return reader;
}

std::optional<Record> TraceReader::next() {
    if (!fault_.empty()) return std::nullopt;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int outcome = pcap_next_ex(trace_.get(), &header, &bytes);
    if (outcome == PCAP_ERROR_BREAK) return std::nullopt;
    if (outcome != 1) {
        fault_ = path_ + " is damaged after record " + std::to_string(records_) + ": " + pcap_geterr(trace_.get());
        return std::nullopt;
    }
    ++records_;
    return Record{to_nanoseconds(header->ts), {bytes, header->caplen}};
}

} // namespace sallyport::replay
