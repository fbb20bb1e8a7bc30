// SPDX-License-Identifier: Apache-2.0
#include "flow/end_reason.hpp"

namespace sallyport::flow {

std::string_view name(EndReason reason) noexcept {
    switch (reason) {
    case EndReason::none:
        return "none";
    case EndReason::idle:
        return "idle";
    case EndReason::closed:
        return "closed";
    case EndReason::reset_by_client:
        return "reset_by_client";
    case EndReason::reset_by_target:
        return "reset_by_target";
    case EndReason::handshake_timeout:
        return "handshake_timeout";
    case EndReason::half_open_dropped:
        return "half_open_dropped";
    case EndReason::reset_by_gateway:
        return "reset_by_gateway";
    case EndReason::replaced:
        return "replaced";
    case EndReason::shutdown:
        return "shutdown";
    }
    return "?";
}

} // namespace sallyport::flow
