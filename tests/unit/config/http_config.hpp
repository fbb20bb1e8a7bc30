// SPDX-License-Identifier: Apache-2.0
// A configuration with listeners of HTTP, HTTPS and TLS that is right, for tables of ways to make it wrong.
#pragma once

#include "config/load.hpp"

#include <string>

namespace sallyport::config {

/// A file that is there as long as the tests run, to be named as a certificate, a key or the like.
const std::string& some_file();

/// From line 25. Groups: `web` (line 26), `rpc` (29), `inner` (32). Listeners: `http` (36), `https` (37), `tls` (48).
const std::string& http_config();

/// What a text says that has no findings.
Config load_usable(const std::string& text);

} // namespace sallyport::config
