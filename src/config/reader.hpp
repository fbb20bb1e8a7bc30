// SPDX-License-Identifier: Apache-2.0
// Typed reading of the YAML tree. A getter gives the value, or reports what is wrong with it, where, and what to write
// instead, and gives nothing; so one reading finds every fault.
#pragma once

#include "config/document.hpp"
#include "config/finding.hpp"
#include "support/address.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::config {

template <typename T>
struct Choice {
    std::string_view word;
    T value;
};

/// One value of the file, with its path and the report that its faults go to. Lives no longer than the tree.
class Value {
public:
    Value(const Node& node, std::string path, Report& report)
        : node_(&node), path_(std::move(path)), report_(&report) {}

    [[nodiscard]] const Node& node() const noexcept { return *node_; }
    /// The name that a map gives this, as it stands in paths.
    [[nodiscard]] std::string key() const { return path_word(node_->key); }
    [[nodiscard]] int line() const noexcept { return node_->line; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Report& report() const noexcept { return *report_; }

    void fault(std::string problem, std::string advice) const;
    /// The problem "is not WHAT: `text`".
    void fault_is_not(std::string_view what, std::string advice) const;

    /// The text of a single value: 1 to 4096 printable characters. `expected` completes "write ...".
    [[nodiscard]] std::optional<std::string> text(std::string_view expected) const;
    /// What is sent as it stands: at most `most` bytes, line breaks and all; it may be empty.
    [[nodiscard]] std::optional<std::string> content(std::string_view expected, std::size_t most) const;
    /// A name of ours, as is_name() has it. A text that is none is reported, and given all the same.
    [[nodiscard]] std::optional<std::string> name(std::string_view expected) const;
    [[nodiscard]] std::optional<std::uint64_t> integer(std::uint64_t least, std::uint64_t most) const;
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds least,
                                                                    std::chrono::milliseconds most) const;
    [[nodiscard]] std::optional<IpAddress> address() const;
    /// A prefix whose host bits are zero.
    [[nodiscard]] std::optional<IpPrefix> prefix() const;

    template <typename T>
    [[nodiscard]] std::optional<T> choice(const std::vector<Choice<T>>& choices) const {
        std::vector<std::string_view> words;
        for (const Choice<T>& each : choices)
            words.push_back(each.word);
        const std::optional<std::size_t> index = word_index(words);
        return index ? std::optional<T>(choices[*index].value) : std::nullopt;
    }

    /// The items of a list of at most `most`.
    [[nodiscard]] std::vector<Value> items(std::string_view expected, std::size_t most) const;
    /// The same; a single value stands for a list of one.
    [[nodiscard]] std::vector<Value> items_or_one(std::string_view expected, std::size_t most) const;
    /// The children of a map of at most `most`, whatever their keys are.
    [[nodiscard]] std::vector<Value> entries(std::string_view expected, std::size_t most) const;
    /// A child of a map, without a word when there is none.
    [[nodiscard]] std::optional<Value> child(std::string_view key) const;
    /// The children of a map from names to things; a name that is none is reported, its thing given all the same.
    [[nodiscard]] std::vector<Value> named(std::string_view expected, std::size_t most) const;

private:
    [[nodiscard]] std::optional<std::size_t> word_index(const std::vector<std::string_view>& words) const;
    [[nodiscard]] bool has_kind(Node::Kind kind, std::string_view expected) const;
    [[nodiscard]] bool has_at_most(std::size_t most) const;

    const Node* node_;
    std::string path_;
    Report* report_;
};

/// The keys of one map, all of them known.
class Fields {
public:
    /// Reports every key that is not in `known`. Keys in `later` are in the design and not built yet.
    Fields(const Value& map, std::vector<std::string_view> known, std::vector<std::string_view> later = {});

    /// Whether there is a map at all.
    explicit operator bool() const noexcept { return is_map_; }
    [[nodiscard]] const Value& map() const noexcept { return map_; }
    [[nodiscard]] bool has(std::string_view key) const noexcept { return map_.node().child(key) != nullptr; }
    [[nodiscard]] std::optional<Value> find(std::string_view key) const;
    /// Reports when the key is not there.
    [[nodiscard]] std::optional<Value> require(std::string_view key, std::string_view advice) const;

    void boolean(std::string_view key, bool& out) const;
    void duration(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds least,
                  std::chrono::milliseconds most = std::chrono::hours(24)) const;

    template <typename Integer>
    void integer(std::string_view key, Integer& out, std::uint64_t least, std::uint64_t most) const {
        const std::optional<Value> value = find(key);
        if (!value) return;
        if (const auto number = value->integer(least, most)) out = static_cast<Integer>(*number);
    }

    template <typename T>
    void choice(std::string_view key, T& out, const std::vector<Choice<T>>& choices) const {
        const std::optional<Value> value = find(key);
        if (!value) return;
        if (const auto chosen = value->choice(choices)) out = *chosen;
    }

private:
    Value map_;
    bool is_map_ = false;
};

} // namespace sallyport::config
