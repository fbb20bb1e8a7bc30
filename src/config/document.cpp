// SPDX-License-Identifier: Apache-2.0
#include "config/document_builder.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace sallyport::config {

namespace {

/// yaml-cpp keeps every token of an unclosed flow collection, a hundred bytes and more for each byte of `[[[[`, before
/// it tells anyone. Counting brackets is crude (they may stand in quotes) but no real file comes near the bound.
bool opens_too_much(std::string_view text) {
    constexpr int limit = 1000;
    int open = 0;
    for (const char c : text) {
        if (c == '[' || c == '{') ++open;
        if ((c == ']' || c == '}') && open > 0) --open;
        if (open > limit) return true;
    }
    return false;
}

std::string spelled_out(const std::string& message) {
    std::string out;
    for (const char c : message)
        if (c >= 0x20 && c < 0x7f) out += c;
    return out;
}

} // namespace

std::optional<Node> parse_document(std::string_view text, Report& report) {
    if (text.size() > max_file_bytes) {
        report.add({.problem = "the file is larger than 4 MiB", .advice = "shorten it"});
        return std::nullopt;
    }
    if (opens_too_much(text)) {
        report.add({.problem = "the file opens brackets without end", .advice = "close each `[` and `{`"});
        return std::nullopt;
    }
    DocumentBuilder builder(report);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const Stop& stopped) {
        report.add(stopped.finding);
    } catch (const YAML::Exception& fault) {
        report.add({.line = std::max(fault.mark.line, 0) + 1,
                    .column = std::max(fault.mark.column, 0) + 1,
                    .path = {},
                    .problem = "the file is not YAML from here on: " + spelled_out(fault.msg),
                    .advice = "check indentation, quotes and brackets on this line and the one before"});
    }
    return std::nullopt;
}

const Node* Node::child(std::string_view name) const noexcept {
    const auto found = std::ranges::find(children, name, &Node::key);
    return found == children.end() ? nullptr : &*found;
}

const Node& locate(const Node& root, std::string_view path) {
    const Node* node = &root;
    while (!path.empty()) {
        const Node* next = nullptr;
        if (path.front() == '[') {
            std::size_t index = 0;
            const auto [end, fault] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
            if (fault == std::errc{} && node->kind == Node::Kind::sequence && index < node->children.size())
                next = &node->children[index];
            path.remove_prefix(std::min(path.size(), static_cast<std::size_t>(end - path.data()) + 1));
        } else {
            const std::size_t end = std::min(path.find_first_of(".["), path.size());
            const auto is_meant = [&](const Node& child) { return path_word(child.key) == path.substr(0, end); };
            const auto child = std::ranges::find_if(node->children, is_meant);
            if (node->kind == Node::Kind::map && child != node->children.end()) next = &*child;
            path.remove_prefix(end);
        }
        if (next == nullptr) break;
        node = next;
        if (!path.empty() && path.front() == '.') path.remove_prefix(1);
    }
    return *node;
}

std::string path_word(std::string_view key) {
    std::string word = in_backticks(key);
    return word.substr(1, word.size() - 2);
}

} // namespace sallyport::config
