// SPDX-License-Identifier: Apache-2.0
// What is in a file, up to a bound, whatever the path names.
#pragma once

#include <cstddef>
#include <string>
#include <system_error>

namespace sallyport::config {

struct FileText {
    std::string text;
    std::error_code fault;
};

/// At most `most` bytes. Never waits for a writer, should the path name a FIFO.
FileText file_text(const std::string& path, std::size_t most);

} // namespace sallyport::config
