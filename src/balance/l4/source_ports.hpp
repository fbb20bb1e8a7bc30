// SPDX-License-Identifier: Apache-2.0
// Which ports the gateway gives flows whose client's address it replaces. Each worker has its own of them, so that a
// reply's port says whose flow it is of, and no two workers give the same one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sallyport::balance {

/// Of a target group; more would not fit a flow's slow path.
inline constexpr std::size_t max_source_addresses = 16;

struct SourcePorts {
    std::uint32_t first = 0;
    std::uint32_t count = 0;

    [[nodiscard]] bool contains(std::uint16_t port) const noexcept { return port - first < count; }
    /// One of worker `index`'s of `workers`: those that leave `index` when divided by `workers`.
    [[nodiscard]] std::uint16_t pick(std::uint32_t random, unsigned index, unsigned workers) const noexcept {
        const std::uint32_t each = count / workers - 1; // the last turn may reach beyond the end
        const std::uint32_t turn = static_cast<std::uint32_t>(std::uint64_t{random} * each >> 32);
        const std::uint32_t base = first + turn * workers;
        return static_cast<std::uint16_t>(base + (index + workers - base % workers) % workers);
    }
};

/// A port's own address is the kernel's as well, whose connections have ports from 32768 on
/// (net.ipv4.ip_local_port_range); an extra address is for flows alone.
[[nodiscard]] constexpr SourcePorts source_ports(bool is_extra_address) noexcept {
    return is_extra_address ? SourcePorts{1024, 64512} : SourcePorts{1024, 31744};
}

} // namespace sallyport::balance
