// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/connect_failure.hpp"

#include <cerrno>

namespace sallyport::balance {

ConnectFailure failure_of(int error) noexcept {
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
        return ConnectFailure::refused;
    case ETIMEDOUT:
        return ConnectFailure::timed_out;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return ConnectFailure::unreachable;
    default:
        return ConnectFailure::local;
    }
}

} // namespace sallyport::balance
