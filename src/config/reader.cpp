// SPDX-License-Identifier: Apache-2.0
#include "config/reader.hpp"

#include "config/scalar.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

constexpr std::size_t longest_text = 4096;
constexpr std::string_view how_to_name =
    "begin with a letter or digit, then write letters, digits, `_` and `-`, 63 in all";

std::string_view name_of(Node::Kind kind) {
    switch (kind) {
    case Node::Kind::null:
        return "empty";
    case Node::Kind::scalar:
        return "a single value";
    case Node::Kind::sequence:
        return "a list";
    case Node::Kind::map:
        return "a map";
    }
    return "";
}

std::string join(const std::string& path, std::string_view key) {
    return path.empty() ? path_word(key) : path + "." + path_word(key);
}

} // namespace

void Value::fault(std::string problem, std::string advice) const {
    report_->add({.line = node_->line,
                  .column = node_->column,
                  .path = path_,
                  .problem = std::move(problem),
                  .advice = std::move(advice)});
}

void Value::fault_is_not(std::string_view what, std::string advice) const {
    fault("is not " + std::string(what) + ": " + in_backticks(node_->text), std::move(advice));
}

bool Value::has_kind(Node::Kind kind, std::string_view expected) const {
    if (node_->kind == kind) return true;
    fault("is " + std::string(name_of(node_->kind)) + " where " + std::string(name_of(kind)) + " belongs",
          "write " + std::string(expected));
    return false;
}

bool Value::has_at_most(std::size_t most) const {
    const std::size_t count = node_->children.size();
    if (count <= most) return true;
    fault("has " + std::to_string(count) + " entries, more than " + std::to_string(most), "shorten it");
    return false;
}

std::optional<std::string> Value::text(std::string_view expected) const {
    if (!has_kind(Node::Kind::scalar, expected)) return std::nullopt;
    const std::string& text = node_->text;
    const bool printable = std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f; });
    if (text.empty() || text.size() > longest_text || !printable) {
        fault(text.empty() ? "is empty" : "is longer than 4096 bytes or holds control characters",
              "write " + std::string(expected));
        return std::nullopt;
    }
    return text;
}

std::optional<std::string> Value::content(std::string_view expected, std::size_t most) const {
    if (!has_kind(Node::Kind::scalar, expected)) return std::nullopt;
    if (node_->text.size() <= most) return node_->text;
    fault("is longer than " + std::to_string(most) + " bytes", "shorten it");
    return std::nullopt;
}

std::optional<std::string> Value::name(std::string_view expected) const {
    auto written = text(expected);
    if (written && !is_name(*written)) fault_is_not("a name", std::string(how_to_name));
    return written;
}

std::optional<std::uint64_t> Value::integer(std::uint64_t least, std::uint64_t most) const {
    const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const auto written = text(expected);
    if (!written) return std::nullopt;
    const auto number = parse_integer(*written);
    if (number && *number >= least && *number <= most) return number;
    fault_is_not(expected, "write " + expected);
    return std::nullopt;
}

std::optional<bool> Value::boolean() const {
    return choice<bool>({{"true", true}, {"false", false}});
}

std::optional<std::chrono::milliseconds> Value::duration(std::chrono::milliseconds least,
                                                         std::chrono::milliseconds most) const {
    const std::string expected = "a duration from " + to_text(least) + " to " + to_text(most);
    const std::string advice = expected + ", a whole number with ms, s, m or h";
    const auto written = text(advice);
    if (!written) return std::nullopt;
    const auto duration = parse_duration(*written);
    if (duration && *duration >= least && *duration <= most) return duration;
    fault_is_not(expected, "write " + advice);
    return std::nullopt;
}

std::optional<IpAddress> Value::address() const {
    constexpr std::string_view expected = "an IPv4 or IPv6 address, such as 198.51.100.11 or 2001:db8::11";
    const auto written = text(expected);
    if (!written) return std::nullopt;
    const auto address = IpAddress::parse(*written);
    if (!address) fault_is_not("an IP address", "write " + std::string(expected));
    return address;
}

std::optional<IpPrefix> Value::prefix() const {
    constexpr std::string_view expected = "an address and a prefix length, such as 198.51.100.0/24 or 2001:db8::/64";
    const auto written = text(expected);
    if (!written) return std::nullopt;
    const auto prefix = IpPrefix::parse(*written);
    if (!prefix) {
        fault_is_not("an IP prefix", "write " + std::string(expected));
    } else if (!prefix->is_canonical()) {
        fault("has bits set behind its prefix length: " + in_backticks(*written),
              "write " + prefix->network().to_string());
        return std::nullopt;
    }
    return prefix;
}

std::optional<std::size_t> Value::word_index(const std::vector<std::string_view>& words) const {
    const std::string expected = either(words);
    const auto written = text(expected);
    if (!written) return std::nullopt;
    const auto found = std::ranges::find(words, *written);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    fault_is_not(expected, did_you_mean(*written, words, "write " + expected));
    return std::nullopt;
}

std::vector<Value> Value::items(std::string_view expected, std::size_t most) const {
    std::vector<Value> values;
    if (!has_kind(Node::Kind::sequence, expected) || !has_at_most(most)) return values;
    for (const Node& child : node_->children)
        values.emplace_back(child, path_ + "[" + std::to_string(values.size()) + "]", *report_);
    return values;
}

std::vector<Value> Value::items_or_one(std::string_view expected, std::size_t most) const {
    if (node_->kind == Node::Kind::scalar) return {*this};
    std::vector<Value> values = items(expected, most);
    if (node_->kind == Node::Kind::sequence && node_->children.empty())
        fault("is an empty list, which nothing can match", "write " + std::string(expected) + ", or leave the key out");
    return values;
}

std::vector<Value> Value::entries(std::string_view expected, std::size_t most) const {
    std::vector<Value> values;
    if (!has_kind(Node::Kind::map, expected) || !has_at_most(most)) return values;
    for (const Node& child : node_->children)
        values.emplace_back(child, join(path_, child.key), *report_);
    return values;
}

std::optional<Value> Value::child(std::string_view key) const {
    const Node* const found = node_->child(key);
    if (found == nullptr) return std::nullopt;
    return Value(*found, join(path_, key), *report_);
}

std::vector<Value> Value::named(std::string_view expected, std::size_t most) const {
    std::vector<Value> values = entries(expected, most);
    for (const Value& value : values) {
        const std::string& key = value.node().key;
        if (!is_name(key)) value.fault(in_backticks(key) + " is not a name", std::string(how_to_name));
    }
    return values;
}

Fields::Fields(const Value& map, std::vector<std::string_view> known, std::vector<std::string_view> later)
    : map_(map), is_map_(map.node().kind == Node::Kind::map) {
    if (!is_map_) {
        map.fault("is " + std::string(name_of(map.node().kind)) + " where a map belongs",
                  "write the keys " + either(known) + " with their values");
        return;
    }
    for (const Node& child : map.node().children) {
        if (std::ranges::find(known, child.key) != known.end()) continue;
        const Value value(child, join(map.path(), child.key), map.report());
        if (std::ranges::find(later, child.key) != later.end()) {
            value.fault("is not supported yet by this version", "remove it");
        } else {
            const std::string all = "known are " + either(known);
            value.fault("is not a key that belongs here",
                        map.report().full() ? all : did_you_mean(child.key, known, all));
        }
    }
}

std::optional<Value> Fields::find(std::string_view key) const {
    const Node* child = is_map_ ? map_.node().child(key) : nullptr;
    if (child == nullptr) return std::nullopt;
    return Value(*child, join(map_.path(), key), map_.report());
}

std::optional<Value> Fields::require(std::string_view key, std::string_view advice) const {
    auto value = find(key);
    if (!value && is_map_)
        map_.report().add({.line = map_.line(),
                           .column = map_.node().column,
                           .path = join(map_.path(), key),
                           .problem = "is missing",
                           .advice = std::string(advice)});
    return value;
}

void Fields::boolean(std::string_view key, bool& out) const {
    const std::optional<Value> value = find(key);
    if (!value) return;
    if (const auto decided = value->boolean()) out = *decided;
}

void Fields::duration(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds least,
                      std::chrono::milliseconds most) const {
    const std::optional<Value> value = find(key);
    if (!value) return;
    if (const auto duration = value->duration(least, most)) out = *duration;
}

} // namespace sallyport::config
