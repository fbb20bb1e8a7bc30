// SPDX-License-Identifier: Apache-2.0
#include "replay/events.hpp"

#include "config/load.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>

namespace sallyport::replay {
namespace {

using config::Finding;
using config::in_backticks;

constexpr std::size_t longest_file_bytes = std::size_t{1} << 20U;

struct Word {
    std::string_view text;
    EventKind kind;
};

constexpr std::array words = {
    Word{"unhealthy", EventKind::unhealthy},   Word{"healthy", EventKind::healthy},   Word{"drain", EventKind::drain},
    Word{"deregister", EventKind::deregister}, Word{"register", EventKind::put_back}, Word{"shift", EventKind::shift},
    Word{"unshift", EventKind::unshift},       Word{"config", EventKind::reload},
};

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Takes the first word off `text`, and the blanks behind it.
std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    const std::string_view word = text.substr(0, end);
    text = trimmed(text.substr(end));
    return word;
}

struct Fault {
    std::string problem;
    std::string advice;
};

/// A target without a name is called by its address and port.
bool is_member_name(std::string_view text) {
    return config::is_name(text) ||
           (!text.empty() && text.find_first_not_of("0123456789abcdef.:[]") == std::string_view::npos);
}

std::optional<Fault> read_member(std::string_view text, Event& event) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        event.group = text.substr(0, slash);
        event.member = text.substr(slash + 1);
        if (config::is_name(event.group) && is_member_name(event.member)) return std::nullopt;
    }
    return Fault{"no appliance and no target is called " + in_backticks(text),
                 "write GROUP/APPLIANCE, such as firewalls/fw-1, or GROUP/TARGET, such as web/203.0.113.11:8080"};
}

std::optional<Fault> read_zone(std::string_view text, Event& event) {
    event.zone = text;
    if (config::is_name(text)) return std::nullopt;
    return Fault{"no zone is called " + in_backticks(text), "write the zone of appliances or targets, such as east"};
}

std::optional<Fault> read_config(std::string_view text, const std::filesystem::path& folder, Event& event) {
    if (text.empty()) return Fault{"names no file", "write the path of a configuration"};
    const std::string path = (folder / text).string();
    config::Loaded loaded = config::load_file(path);
    if (loaded.usable()) {
        event.config = std::make_shared<const config::Config>(std::move(loaded.config));
        return std::nullopt;
    }
    const auto error = std::ranges::find(loaded.findings, false, &Finding::warning);
    return Fault{"is a configuration that does not work: " + config::format(path, *error), ""};
}

std::optional<Fault> read_event(std::string_view rest, const std::filesystem::path& folder, Event& event) {
    const std::string_view offset = take_word(rest);
    const auto duration = config::parse_duration(offset);
    if (!duration) {
        return Fault{"is not a time: " + in_backticks(offset),
                     "begin with how long after the trace's first packet it happens, such as 1500ms or 2s"};
    }
    event.offset = *duration;
    const std::string_view what = take_word(rest);
    const auto word = std::ranges::find(words, what, &Word::text);
    if (word == words.end()) {
        std::vector<std::string_view> known;
        for (const Word& each : words)
            known.push_back(each.text);
        const std::string problem =
            what.empty() ? "does not say what happens" : "nothing is called " + in_backticks(what);
        return Fault{problem, config::did_you_mean(what, known, "write " + config::either(known))};
    }
    event.kind = word->kind;
    switch (event.kind) {
    case EventKind::shift:
    case EventKind::unshift:
        return read_zone(rest, event);
    case EventKind::reload:
        return read_config(rest, folder, event);
    default:
        return read_member(rest, event);
    }
}

} // namespace

ReadEvents parse_events(std::string_view text, const std::filesystem::path& folder) {
    ReadEvents read;
    for (int line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view whole = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view rest = trimmed(whole.substr(0, whole.find('#')));
        if (rest.empty()) continue;
        Event event;
        event.line = line;
        if (const auto fault = read_event(rest, folder, event)) {
            read.findings.push_back({line, 0, "", fault->problem, fault->advice});
        } else {
            read.events.push_back(std::move(event));
        }
    }
    std::ranges::stable_sort(read.events, {}, &Event::offset);
    return read;
}

ReadEvents read_events(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(longest_file_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || (!file.eof() && text.empty())) {
        return {{}, {{0, 0, "", "can not be read", "write the path of a file of events"}}};
    }
    if (text.size() > longest_file_bytes) return {{}, {{0, 0, "", "is larger than 1 MiB", "write fewer events"}}};
    return parse_events(text, std::filesystem::path(path).parent_path());
}

} // namespace sallyport::replay
