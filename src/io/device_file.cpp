// SPDX-License-Identifier: Apache-2.0
// Capture files and the null device, for tests.
#include "io/device.hpp"

namespace sallyport::io {

Result<void> Device::open_pcap(const DeviceContext& context, const config::PcapDevice& pcap) {
    reason_ = "the config asks for it";
    for (const std::string& path : {pcap.input, pcap.output}) {
        if (path.find(',') != std::string::npos) {
            return failure("capture file " + path +
                           " has a comma in its name, which DPDK takes for its own; rename it");
        }
    }
    std::string arguments;
    if (!pcap.input.empty()) arguments = "rx_pcap=" + pcap.input;
    if (!pcap.output.empty()) arguments += (arguments.empty() ? "tx_pcap=" : ",tx_pcap=") + pcap.output;
    if (arguments.empty()) return open_null(context);
    auto done = attach("net_pcap", arguments);
    if (done) done = start(context, 1);
    if (!done) return failure(done.error().message + "; check that the file can be read or written");
    return done;
}

Result<void> Device::open_null(const DeviceContext& context) {
    reason_ = "the config asks for it";
    auto done = attach("net_null", "no-rx=1");
    if (done) done = start(context, 1);
    return done;
}

} // namespace sallyport::io
