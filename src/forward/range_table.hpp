// SPDX-License-Identifier: Apache-2.0
// Longest-prefix match as a search in sorted ranges: prefixes are flattened once, when the snapshot is built, into
// ranges that do not overlap, and a lookup is one branch-free binary search. Small beside a 24-bit direct table, so
// that each of a thousand tenants can have its own (docs/decisions/0001).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sallyport::forward {

__extension__ using Address128 = unsigned __int128;

[[nodiscard]] inline Address128 to_128(std::uint64_t high, std::uint64_t low) noexcept {
    return static_cast<Address128>(high) << 64 | low;
}

template <typename Address>
struct PrefixValue {
    Address first = 0; // the prefix with its host bits clear
    std::uint8_t length = 0;
    std::uint32_t value = 0; // 0 is "no route" and must not be used
};

template <typename Address>
class RangeTable {
public:
    static constexpr unsigned bits = sizeof(Address) * 8;

    RangeTable() = default;
    /// Of two equal prefixes the first wins.
    explicit RangeTable(std::vector<PrefixValue<Address>> prefixes) {
        std::stable_sort(prefixes.begin(), prefixes.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : a.length < b.length;
        });
        // Walk the prefixes in order with a stack of those that enclose the current one.
        std::vector<PrefixValue<Address>> open;
        const auto close_before = [&](Address address, bool to_the_end) {
            while (!open.empty() && (to_the_end || last(open.back()) < address)) {
                const Address end = last(open.back());
                open.pop_back();
                if (end != static_cast<Address>(~Address{0})) {
                    begin_range(end + 1, open.empty() ? 0 : open.back().value);
                }
            }
        };
        begin_range(0, 0);
        for (const auto& prefix : prefixes) {
            close_before(prefix.first, false);
            if (!open.empty() && open.back().first == prefix.first && open.back().length == prefix.length) continue;
            begin_range(prefix.first, prefix.value);
            open.push_back(prefix);
        }
        close_before(0, true);
    }

    /// The value of the longest prefix that holds the address; 0 when none does.
    [[nodiscard]] std::uint32_t find(Address address) const noexcept {
        if (starts_.empty()) return 0;
        std::size_t base = 0;
        for (std::size_t count = starts_.size(); count > 1;) {
            const std::size_t half = count / 2;
            base = starts_[base + half] <= address ? base + half : base;
            count -= half;
        }
        return values_[base];
    }

    [[nodiscard]] std::size_t ranges() const noexcept { return starts_.size(); }

private:
    static Address last(const PrefixValue<Address>& prefix) noexcept {
        const Address host_bits = prefix.length == 0 ? static_cast<Address>(~Address{0})
                                                     : static_cast<Address>((Address{1} << (bits - prefix.length)) - 1);
        return prefix.first | host_bits;
    }

    void begin_range(Address start, std::uint32_t value) {
        if (!starts_.empty() && starts_.back() == start) {
            values_.back() = value;
            return;
        }
        starts_.push_back(start);
        values_.push_back(value);
    }

    std::vector<Address> starts_; // ascending; the first is 0
    std::vector<std::uint32_t> values_;
};

} // namespace sallyport::forward
