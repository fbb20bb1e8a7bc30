// SPDX-License-Identifier: Apache-2.0
// A log's file: lines are appended, never half of one; it is rotated by its size, and found again when somebody else
// has moved it away. May wait for the disk, so it is for a thread that nobody waits for.
#pragma once

#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace sallyport::io {

struct RotatedFileSettings {
    std::string path;                        // "-": standard output, which is never rotated
    std::uint64_t file_bytes = 64ULL << 20U; // then it is moved on
    unsigned files = 4;                      // in all
};

class RotatedFile {
public:
    /// Makes the file, or goes on behind what is there. Fails with "path: why" when it can not be written.
    static Result<RotatedFile> open(RotatedFileSettings settings);

    struct Written {
        std::size_t bytes = 0; // of the text, up to the end of a line
        int error = 0;         // errno, why it is not all
    };
    /// `text` is whole lines, each with its '\n', less than fits into one file. A file that would become too large by
    /// them is moved on first: flows.jsonl to flows.jsonl.1, that to .2, and the last one is gone.
    [[nodiscard]] Written write(std::string_view text);

private:
    explicit RotatedFile(RotatedFileSettings settings) : settings_(std::move(settings)) {}

    // Each gives errno, 0 when all is well.
    int open_again();
    int follow();
    int rotate();
    ssize_t write_once(std::string_view text);
    Written append(std::string_view text);
    [[nodiscard]] bool is_standard_output() const noexcept { return settings_.path == "-"; }

    RotatedFileSettings settings_;
    Descriptor file_;
    bool is_regular_ = false; // what is not, a device say, has no size and is never moved
    std::uint64_t bytes_ = 0;
};

} // namespace sallyport::io
