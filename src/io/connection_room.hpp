// SPDX-License-Identifier: Apache-2.0
// What the kernel lets whoever ends connections here have, said in the log.
#pragma once

#include <string_view>

namespace sallyport::io {

/// Raises the limit of open files as far as it goes, and warns of what is against many connections. Once, before the
/// first listener. `who`: "the stream proxy".
void make_room_for_connections(std::string_view who);

} // namespace sallyport::io
