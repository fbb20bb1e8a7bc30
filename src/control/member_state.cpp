// SPDX-License-Identifier: Apache-2.0
#include "control/member_state.hpp"

namespace sallyport::control {

std::string_view name(State state) noexcept {
    switch (state) {
    case State::initial:
        return "initial";
    case State::healthy:
        return "healthy";
    case State::unhealthy:
        return "unhealthy";
    case State::unhealthy_draining:
        return "unhealthy.draining";
    case State::draining:
        return "draining";
    case State::unused:
        break;
    }
    return "unused";
}

} // namespace sallyport::control
