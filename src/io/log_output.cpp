// SPDX-License-Identifier: Apache-2.0
#include "io/log_output.hpp"

#include <algorithm>
#include <cstring>
#include <spdlog/spdlog.h>

namespace sallyport::io {

Result<std::unique_ptr<LogOutput>> LogOutput::open(std::string name, RotatedFileSettings settings) {
    std::string path = settings.path;
    auto file = RotatedFile::open(std::move(settings));
    if (!file) return failure(name + " can not be written: " + file.error().message);
    return std::unique_ptr<LogOutput>(new LogOutput(std::move(name), std::move(path), std::move(*file)));
}

void LogOutput::write(std::string_view text) {
    const RotatedFile::Written done = file_.write(text);
    const auto middle = text.begin() + static_cast<std::ptrdiff_t>(done.bytes);
    written_.fetch_add(static_cast<std::uint64_t>(std::count(text.begin(), middle, '\n')), std::memory_order_relaxed);
    lost_.fetch_add(static_cast<std::uint64_t>(std::count(middle, text.end(), '\n')), std::memory_order_relaxed);
    if (done.error != 0) {
        tell_failure(done.error);
    } else if (is_failing_.exchange(false, std::memory_order_relaxed)) {
        spdlog::info("{} {} can be written again; {} lines were lost so far", name_, path_, lines_lost());
    }
}

/// Once, not with every line.
void LogOutput::tell_failure(int error) {
    if (is_failing_.exchange(true, std::memory_order_relaxed)) return;
    spdlog::error("{} {} can not be written: {}; its lines are dropped and counted until it can", name_, path_,
                  std::strerror(error));
}

} // namespace sallyport::io
