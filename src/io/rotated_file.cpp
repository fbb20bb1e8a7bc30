// SPDX-License-Identifier: Apache-2.0
#include "io/rotated_file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::io {

namespace {
constexpr int patience_ms = 500; // with who reads standard output
}

Result<RotatedFile> RotatedFile::open(RotatedFileSettings settings) {
    RotatedFile file(std::move(settings));
    if (const int error = file.open_again(); error != 0) {
        return failure(file.settings_.path + ": " + std::strerror(error));
    }
    return file;
}

int RotatedFile::open_again() {
    if (is_standard_output()) {
        file_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
        return file_ ? 0 : errno;
    }
    // Without waiting: a pipe that nobody reads must not hold anything up. For a regular file that means nothing.
    file_ = Descriptor(
        ::open(settings_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640));
    struct stat facts = {};
    if (!file_ || ::fstat(file_.number(), &facts) != 0) return errno;
    is_regular_ = S_ISREG(facts.st_mode);
    bytes_ = static_cast<std::uint64_t>(facts.st_size);
    return 0;
}

/// To the file that has the name now: logrotate moves ours away, or cuts it.
int RotatedFile::follow() {
    if (!file_) return open_again();
    if (is_standard_output()) return 0;
    struct stat ours = {};
    struct stat named = {};
    if (::fstat(file_.number(), &ours) != 0) return errno;
    const bool is_same =
        ::stat(settings_.path.c_str(), &named) == 0 && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
    if (!is_same) return open_again();
    bytes_ = static_cast<std::uint64_t>(ours.st_size);
    return 0;
}

int RotatedFile::rotate() {
    if (settings_.files <= 1) {
        if (::ftruncate(file_.number(), 0) != 0) return errno;
        bytes_ = 0;
        return 0;
    }
    const auto name = [&](unsigned number) {
        return number == 0 ? settings_.path : settings_.path + "." + std::to_string(number);
    };
    for (unsigned number = settings_.files - 1; number > 0; --number) {
        if (std::rename(name(number - 1).c_str(), name(number).c_str()) != 0 && errno != ENOENT) return errno;
    }
    return open_again();
}

RotatedFile::Written RotatedFile::write(std::string_view text) {
    if (const int error = follow(); error != 0) return {.error = error};
    if (is_regular_ && bytes_ != 0 && bytes_ + text.size() > settings_.file_bytes) {
        if (const int error = rotate(); error != 0) return {.error = error};
    }
    return append(text);
}

/// Standard output is shared with others, so it can not be told not to block: it is asked first, and given no more than
/// a pipe that has room takes at once (pipe(7)).
ssize_t RotatedFile::write_once(std::string_view text) {
    if (!is_standard_output()) return ::write(file_.number(), text.data(), text.size());
    pollfd waiting{.fd = file_.number(), .events = POLLOUT};
    const int ready = ::poll(&waiting, 1, patience_ms);
    if (ready > 0) return ::write(file_.number(), text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (ready == 0) errno = EAGAIN;
    return -1;
}

RotatedFile::Written RotatedFile::append(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = write_once(text.substr(done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            const int error = count < 0 ? errno : EIO;
            // Half a line would spoil the next one, too.
            const std::size_t last = text.substr(0, done).rfind('\n');
            const std::size_t whole = last == std::string_view::npos ? 0 : last + 1;
            const auto kept = static_cast<off_t>(bytes_ + whole);
            if (whole != done && is_regular_ && ::ftruncate(file_.number(), kept) != 0) return {whole, errno};
            return {whole, error};
        }
        done += static_cast<std::size_t>(count);
    }
    return {.bytes = done};
}

} // namespace sallyport::io
