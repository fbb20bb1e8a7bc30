// SPDX-License-Identifier: Apache-2.0
#include "config/file_text.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace sallyport::config {

FileText file_text(const std::string& path, std::size_t most) {
    FileText file;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        file.fault = {errno, std::generic_category()};
        return file;
    }
    std::string block(65536, '\0');
    while (file.text.size() < most) {
        const ssize_t count = ::read(descriptor, block.data(), std::min(block.size(), most - file.text.size()));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) file.fault = {errno, std::generic_category()};
        if (count <= 0) break;
        file.text.append(block, 0, static_cast<std::size_t>(count));
    }
    ::close(descriptor);
    return file;
}

} // namespace sallyport::config
