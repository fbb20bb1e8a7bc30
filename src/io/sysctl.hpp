// SPDX-License-Identifier: Apache-2.0
// The kernel's settings of one interface, in the caller's network namespace.
#pragma once

#include <string>

namespace sallyport::io {

/// "net/ipv6/conf/gw-north/accept_ra". Reading gives nothing, and writing says false, when the kernel has no such
/// setting or does not let us.
[[nodiscard]] std::string read_sysctl(const std::string& path);
bool write_sysctl(const std::string& path, const std::string& value);

} // namespace sallyport::io
