// SPDX-License-Identifier: Apache-2.0
// Several traces as one, in the order of time.
#pragma once

#include "replay/trace_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::replay {

struct InputRecord {
    std::size_t input = 0; // position among the traces
    int link_type = 0;
    Record record;
};

class MergedTraces {
public:
    static Result<MergedTraces> open(const std::vector<std::string>& paths);

    /// The earliest record that is left; of several at one time the one of the trace that was named first.
    [[nodiscard]] std::optional<InputRecord> next();
    /// What is damaged, a sentence for each trace; empty when all were read to their ends.
    [[nodiscard]] std::string fault() const;

private:
    struct Source {
        TraceReader reader;
        std::optional<Record> head;
    };
    std::vector<Source> sources_;
    std::size_t to_advance_ = 0; // whose head was given away last; none yet: size()
};

} // namespace sallyport::replay
