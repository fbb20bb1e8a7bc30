// SPDX-License-Identifier: Apache-2.0
#include "firewall/rule_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

namespace sallyport::appliances {

namespace {

using detail::quoted;
using detail::split;
using detail::Words;

/// More than any firewall needs, and little enough to look at each one for every new flow.
constexpr std::size_t most_rules = 10000;

constexpr unsigned most_packets_before_offload = 1'000'000;

/// Reads the file line by line and checks what only the whole of it can show.
class FileReader {
public:
    ParsedRules read(std::string_view text) {
        int line = 0;
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            read_line(text.substr(0, end), ++line);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (default_line_ == 0 && parsed_.rules.rules.empty() && parsed_.findings.empty()) {
            complain(0, "there is no rule: write at least `default allow` or `default deny`");
        }
        if (parsed_.rules.rules.size() > most_rules) {
            complain(0, "more than " + std::to_string(most_rules) + " rules: write fewer, with lists and prefixes");
        }
        return std::move(parsed_);
    }

private:
    void complain(int line, std::string message) { parsed_.findings.push_back({line, std::move(message)}); }

    void read_line(std::string_view text, int line) {
        Words words = split(text.substr(0, text.find('#')), " \t\r\v\f");
        if (words.empty()) return;
        if (words[0] == "allow" || words[0] == "deny") {
            read_rule(std::move(words), line);
        } else if (words[0] == "default") {
            read_setting(words, line, default_line_, {"allow", "deny"});
            parsed_.rules.otherwise = words.back() == "allow" ? Action::allow : Action::deny;
        } else if (words[0] == "midstream") {
            read_setting(words, line, midstream_line_, {"adopt", "drop"});
            parsed_.rules.midstream = words.back() == "adopt" ? Midstream::adopt : Midstream::drop;
        } else if (words[0] == "offload") {
            read_offload(words, line);
        } else {
            complain(line,
                     quoted(words[0]) + " begins no line: write `allow`, `deny`, `default`, `midstream` or `offload`");
        }
    }

    void read_setting(const Words& words, int line, int& seen_at, const std::array<std::string_view, 2>& values) {
        const auto setting = [&](std::string_view value) {
            return quoted(std::string(words[0]).append(" ").append(value));
        };
        if (words.size() != 2 || (words[1] != values[0] && words[1] != values[1])) {
            complain(line, "write " + setting(values[0]) + " or " + setting(values[1]));
        }
        note_once(words[0], line, seen_at);
    }

    void note_once(std::string_view what, int line, int& seen_at) {
        if (seen_at != 0) {
            complain(line,
                     quoted(what) + " is there since line " + std::to_string(seen_at) + ": leave one of them out");
        } else {
            seen_at = line;
        }
    }

    void read_offload(const Words& words, int line) {
        const bool is_deny = words.size() == 2 && words[1] == "deny";
        const bool is_allow = words.size() == 5 && words[1] == "allow" && words[2] == "after" && words[4] == "packets";
        if (!is_deny && !is_allow) return complain(line, "write `offload allow after 20 packets` or `offload deny`");
        note_once(is_deny ? "offload deny" : "offload allow", line, is_deny ? offload_deny_line_ : offload_allow_line_);
        if (is_deny) {
            parsed_.rules.offload_denied = true;
            return;
        }
        const unsigned packets = detail::number(words[3], most_packets_before_offload).value_or(0);
        if (packets == 0) {
            complain(line, quoted(words[3]) + " is no number of packets: write one from 1 to " +
                               std::to_string(most_packets_before_offload));
        }
        parsed_.rules.offload_after_packets = packets;
    }

    void read_rule(Words words, int line) {
        Rule rule;
        rule.line = line;
        for (const auto word : words) {
            if (!rule.text.empty()) rule.text += ' ';
            rule.text += word;
        }
        const std::string condition = rule.text.substr(words[0].size());
        detail::read_rule(std::move(words), rule, parsed_.findings);
        const auto [earlier, is_new] = conditions_.emplace(condition, line);
        if (!is_new) {
            complain(line, "line " + std::to_string(earlier->second) +
                               " decides all that this rule matches: leave one of them out");
        }
        parsed_.rules.rules.push_back(std::move(rule));
    }

    ParsedRules parsed_;
    std::map<std::string, int> conditions_;
    int default_line_ = 0;
    int midstream_line_ = 0;
    int offload_allow_line_ = 0;
    int offload_deny_line_ = 0;
};

} // namespace

ParsedRules parse_rules(std::string_view text) {
    return FileReader().read(text);
}

ParsedRules read_rules(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad()) {
        ParsedRules none;
        none.findings.push_back(
            {0, std::string("cannot be read (") + std::strerror(errno) + "): give a readable file"});
        return none;
    }
    return parse_rules(text);
}

} // namespace sallyport::appliances
