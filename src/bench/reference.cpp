// SPDX-License-Identifier: Apache-2.0
#include "bench/reference.hpp"

#include "bench/child.hpp"

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace sallyport::bench {

Result<double> testpmd_io_cycles_per_packet() {
    const auto output = run_child({"dpdk-testpmd", "--no-huge", "-m", "256", "--no-pci", "--no-shconf",
                                   "--no-telemetry", "--file-prefix=sallyport-bench-" + std::to_string(::getpid()),
                                   "--vdev=net_null0,size=64", "--vdev=net_null1,size=64", "-l", "0,1", "--", "-i",
                                   "--forward-mode=io", "--nb-cores=1", "--total-num-mbufs=8192"},
                                  {{1, "set record-core-cycles on"}, {1, "start"}, {4, "stop"}, {4, "quit"}});
    if (!output) return tl::unexpected(output.error());
    constexpr std::string_view label = "CPU cycles/packet=";
    const std::size_t at = output->find(label);
    if (at == std::string::npos) return failure("dpdk-testpmd printed no cycles a packet");
    return std::strtod(output->c_str() + at + label.size(), nullptr);
}

} // namespace sallyport::bench
