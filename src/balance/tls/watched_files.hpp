// SPDX-License-Identifier: Apache-2.0
// Have files changed since somebody looked?
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::tls {

class WatchedFiles {
public:
    /// As they are now.
    explicit WatchedFiles(std::vector<std::string> paths);

    /// Since the construction or the last call that said so. A stat() a file; links are followed, so that a folder put
    /// in place of another one (as Kubernetes does with secrets) is seen.
    bool changed();

private:
    struct Stamp {
        std::uint64_t device = 0; // all 0: there is no such file
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t modified_ns = 0;
        std::int64_t status_changed_ns = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    [[nodiscard]] static Stamp stamp_of(const std::string& path);

    std::vector<std::string> paths_;
    std::vector<Stamp> stamps_;
};

} // namespace sallyport::tls
