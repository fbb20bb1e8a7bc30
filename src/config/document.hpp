// SPDX-License-Identifier: Apache-2.0
// The YAML text as a tree that remembers its lines. Only what a configuration needs: no anchors, aliases or tags, one
// document, and bounds on size, depth and count, so that no text can make reading it expensive.
#pragma once

#include "config/finding.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::config {

struct Node {
    enum class Kind { null, scalar, sequence, map };

    Kind kind = Kind::null;
    std::string text;           // scalar: as written, without quotes
    std::vector<Node> children; // of a sequence or a map, in the file's order; a map's keys are unique
    std::string key;            // of a map's child
    int line = 0;               // from 1; a map's child stands on its key's line
    int column = 0;

    [[nodiscard]] const Node* child(std::string_view name) const noexcept;
};

inline constexpr std::size_t max_file_bytes = 4U << 20U;
inline constexpr std::size_t max_depth = 32;
inline constexpr std::size_t max_nodes = 500'000;

/// Nothing when the text is no YAML of ours, which the report says. Never throws but for memory.
std::optional<Node> parse_document(std::string_view text, Report& report);

/// Where `ports.north.addresses[1]` stands, or the nearest thing above it that exists.
const Node& locate(const Node& root, std::string_view path);

/// A key as it may stand in a path: printable, cut when long.
std::string path_word(std::string_view key);

} // namespace sallyport::config
