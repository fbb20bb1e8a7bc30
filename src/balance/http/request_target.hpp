// SPDX-License-Identifier: Apache-2.0
// What does a request target name (RFC 9112 3.2)? Made into authority, path and query.
#pragma once

#include "balance/http/desync.hpp"
#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

namespace sallyport::http {

/// A host with or without a port, or nothing (RFC 9110 4.2): nothing of userinfo or of a path.
[[nodiscard]] bool is_valid_authority(std::string_view authority) noexcept;

/// Fills authority (of an absolute target), path and query from `target`, whose method is known. False: it is none of
/// the forms that we serve; that of CONNECT is not.
[[nodiscard]] bool read_target(RequestHead& head, TextArena& arena, DesyncReport& desync);

} // namespace sallyport::http
