// SPDX-License-Identifier: Apache-2.0
// How often has this program asked operator new for memory?
#pragma once

#include <cstdint>

namespace sallyport::select::test {

[[nodiscard]] std::uint64_t allocations() noexcept;

} // namespace sallyport::select::test
