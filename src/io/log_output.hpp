// SPDX-License-Identifier: Apache-2.0
// A log's file as one thread writes it: what is written and what is lost is counted, and that it can not be written is
// told once, not with every line.
#pragma once

#include "io/rotated_file.hpp"
#include "support/result.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sallyport::io {

class LogOutput {
public:
    /// `name` as in sentences: "the flow log". Fails with one when the file can not be written.
    static Result<std::unique_ptr<LogOutput>> open(std::string name, RotatedFileSettings settings);
    LogOutput(const LogOutput&) = delete;
    LogOutput& operator=(const LogOutput&) = delete;

    /// Whole lines.
    void write(std::string_view text);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    // From any thread.
    [[nodiscard]] std::uint64_t lines_written() const noexcept { return written_.load(std::memory_order_relaxed); }
    /// That could not be written.
    [[nodiscard]] std::uint64_t lines_lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool is_failing() const noexcept { return is_failing_.load(std::memory_order_relaxed); }

private:
    LogOutput(std::string name, std::string path, RotatedFile file)
        : name_(std::move(name)), path_(std::move(path)), file_(std::move(file)) {}
    void tell_failure(int error);

    std::string name_;
    std::string path_;
    RotatedFile file_;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<bool> is_failing_{false};
};

} // namespace sallyport::io
