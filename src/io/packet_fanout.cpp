// SPDX-License-Identifier: Apache-2.0
#include "io/packet_fanout.hpp"

#include <cstring>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sallyport::io {

namespace {

constexpr unsigned flags_shift = 16; // the type and its flags are in the upper half, the group's number in the lower

} // namespace

std::uint32_t fanout_by_flow(std::uint32_t wanted) noexcept {
    constexpr std::uint32_t unwanted = PACKET_FANOUT_FLAG_ROLLOVER | PACKET_FANOUT_FLAG_DEFRAG;
    return wanted & ~(unwanted << flags_shift);
}

} // namespace sallyport::io

/// Stands in front of libc's for the whole process, DPDK's drivers included: the only way to what they say to the
/// kernel.
extern "C" __attribute__((visibility("default"))) int setsockopt(int socket, int level, int name, const void* value,
                                                                 socklen_t length) noexcept {
    std::uint32_t fanout = 0;
    if (level == SOL_PACKET && name == PACKET_FANOUT && value != nullptr && length == sizeof fanout) {
        std::memcpy(&fanout, value, sizeof fanout);
        fanout = sallyport::io::fanout_by_flow(fanout);
        value = &fanout;
    }
    return static_cast<int>(::syscall(SYS_setsockopt, socket, level, name, value, length));
}
