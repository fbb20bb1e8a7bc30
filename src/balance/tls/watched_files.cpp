// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/watched_files.hpp"

#include <sys/stat.h>

#include <utility>

namespace sallyport::tls {
namespace {

std::int64_t in_ns(const timespec& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

} // namespace

WatchedFiles::WatchedFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {
    changed();
}

bool WatchedFiles::changed() {
    std::vector<Stamp> now;
    now.reserve(paths_.size());
    for (const std::string& path : paths_)
        now.push_back(stamp_of(path));
    if (now == stamps_) return false;
    stamps_ = std::move(now);
    return true;
}

WatchedFiles::Stamp WatchedFiles::stamp_of(const std::string& path) {
    struct stat found = {};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, found.st_size, in_ns(found.st_mtim), in_ns(found.st_ctim)};
}

} // namespace sallyport::tls
