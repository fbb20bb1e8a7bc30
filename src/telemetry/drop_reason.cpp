// SPDX-License-Identifier: Apache-2.0
#include "telemetry/drop_reason.hpp"

#include <array>

namespace sallyport {
namespace {

struct Row {
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<Row, drop_reason_count> rows = {{
#define SALLYPORT_DROP_ROW(name, sentence) {#name, sentence},
    SALLYPORT_DROP_REASONS(SALLYPORT_DROP_ROW)
#undef SALLYPORT_DROP_ROW
}};

} // namespace

std::string_view name(DropReason reason) noexcept {
    return rows[static_cast<std::size_t>(reason)].name;
}

std::string_view describe(DropReason reason) noexcept {
    return rows[static_cast<std::size_t>(reason)].sentence;
}

} // namespace sallyport
