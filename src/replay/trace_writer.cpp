// SPDX-License-Identifier: Apache-2.0
#include "replay/trace_writer.hpp"

#include <cstdio>
#include <pcap/pcap.h>

namespace sallyport::replay {
namespace {

constexpr int longest_frame_bytes = 262144; // what readers take for granted at most

} // namespace

void TraceWriter::Close::operator()(pcap_dumper* file) const noexcept {
    pcap_dump_close(file);
}

Result<TraceWriter> TraceWriter::create(const std::string& path) {
    const std::unique_ptr<pcap, void (*)(pcap*)> format(
        pcap_open_dead_with_tstamp_precision(DLT_EN10MB, longest_frame_bytes, PCAP_TSTAMP_PRECISION_NANO), pcap_close);
    TraceWriter writer;
    writer.path_ = path;
    writer.file_.reset(pcap_dump_open(format.get(), path.c_str()));
    if (!writer.file_) return failure(std::string("the output can not be written: ") + pcap_geterr(format.get()));
    return writer;
}

void TraceWriter::write(std::uint64_t time_ns, std::span<const std::uint8_t> frame) noexcept {
    pcap_pkthdr header = {};
    header.ts.tv_sec = static_cast<decltype(header.ts.tv_sec)>(time_ns / 1'000'000'000);
    header.ts.tv_usec = static_cast<decltype(header.ts.tv_usec)>(time_ns % 1'000'000'000);
    header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
    pcap_dump(reinterpret_cast<u_char*>(file_.get()), &header, frame.data());
}

Result<std::monostate> TraceWriter::finish() {
    const bool written = pcap_dump_flush(file_.get()) == 0 && std::ferror(pcap_dump_file(file_.get())) == 0;
    file_.reset();
    if (!written) return failure("the output can not be written whole, perhaps the disk is full: " + path_);
    return std::monostate{};
}

} // namespace sallyport::replay
