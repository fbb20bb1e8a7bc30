// SPDX-License-Identifier: Apache-2.0
#include "replay/inputs.hpp"

namespace sallyport::replay {

Result<MergedTraces> MergedTraces::open(const std::vector<std::string>& paths) {
    MergedTraces traces;
    for (const std::string& path : paths) {
        Result<TraceReader> reader = TraceReader::open(path);
        if (!reader) return tl::unexpected(reader.error());
        traces.sources_.push_back({std::move(*reader), std::nullopt});
    }
    for (Source& source : traces.sources_)
        source.head = source.reader.next();
    traces.to_advance_ = traces.sources_.size();
    return traces;
}

std::optional<InputRecord> MergedTraces::next() {
    // Only now: a record's bytes are valid until its trace is read on.
    if (to_advance_ < sources_.size()) sources_[to_advance_].head = sources_[to_advance_].reader.next();
    to_advance_ = sources_.size();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (!sources_[i].head) continue;
        const bool is_first = to_advance_ == sources_.size();
        if (is_first || sources_[i].head->time_ns < sources_[to_advance_].head->time_ns) to_advance_ = i;
    }
    if (to_advance_ == sources_.size()) return std::nullopt;
    const Source& source = sources_[to_advance_];
    return InputRecord{to_advance_, source.reader.link_type(), *source.head};
}

std::string MergedTraces::fault() const {
    std::string all;
    for (const Source& source : sources_) {
        if (source.reader.fault().empty()) continue;
        if (!all.empty()) all += "; ";
        all += source.reader.fault();
    }
    return all;
}

} // namespace sallyport::replay
