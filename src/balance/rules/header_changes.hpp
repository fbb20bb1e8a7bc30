// SPDX-License-Identifier: Apache-2.0
// Header fields that the operator wants set, added or removed. Which ones can not be: config::fault_of.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"
#include "config/http.hpp"

#include <span>

namespace sallyport::rules {

/// In their order. `set` leaves one field of the name, in the place of the first. Names and values are copied into the
/// arena: a message may outlive the configuration that changed it.
void apply(std::span<const config::HeaderChange> changes, http::Fields& fields, http::TextArena& arena);

} // namespace sallyport::rules
