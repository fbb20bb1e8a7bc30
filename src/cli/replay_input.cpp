// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_input.hpp"

namespace sallyport::cli {

replay::Input parse_input(const std::string& text) {
    const std::size_t equals = text.find('=');
    // A path may hold a `=` in its folders; a port's name holds no `/`.
    if (equals == std::string::npos || equals == 0 || text.find('/') < equals) return {text, ""};
    return {text.substr(equals + 1), text.substr(0, equals)};
}

} // namespace sallyport::cli
