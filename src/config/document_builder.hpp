// SPDX-License-Identifier: Apache-2.0
// The tree made from yaml-cpp's events. Its own tree would follow aliases, drop duplicate keys, and know no bounds.
#pragma once

#include "config/document.hpp"

#include <set>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

namespace sallyport::config {

/// Ends the parse: what follows cannot be trusted, or must not be read.
struct Stop {
    Finding finding;
};

[[noreturn]] inline void stop(const YAML::Mark& mark, std::string problem, std::string advice) {
    throw Stop{{.line = mark.line + 1,
                .column = mark.column + 1,
                .path = {},
                .problem = std::move(problem),
                .advice = std::move(advice)}};
}

class DocumentBuilder final : public YAML::EventHandler {
public:
    explicit DocumentBuilder(Report& report) : report_(report) {}

    Node take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) stop(mark, "a second YAML document begins here", "keep one document in the file");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        // A plain `null` as a key is the word, not a value: ports have such a key.
        if (expects_key()) {
            take_key("null", mark);
            return;
        }
        Node node = make(Node::Kind::null, mark);
        place(std::move(node));
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        stop(mark, "aliases (*name) are not part of this language", "write the value out");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        if (expects_key()) {
            take_key(value, mark);
            return;
        }
        Node node = make(Node::Kind::scalar, mark);
        node.text = value;
        place(std::move(node));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(Node::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(Node::Kind::map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        Node node;
        bool has_key = false;
        bool duplicate = false;
        std::string key;
        int key_line = 0;
        int key_column = 0;
        std::set<std::string, std::less<>> seen = {};
    };

    static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor)
            stop(mark, "anchors (&name) are not part of this language", "write each value out where it is used");
    }

    static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        // "?" is a plain value, "!" a quoted one.
        if (!tag.empty() && tag != "?" && tag != "!")
            stop(mark, "tags (!name) are not part of this language", "write the value without the tag");
    }

    Node make(Node::Kind kind, const YAML::Mark& mark) {
        if (++nodes_ > max_nodes)
            stop(mark, "there are more than " + std::to_string(max_nodes) + " values in the file", "shorten it");
        Node node;
        node.kind = kind;
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        return node;
    }

    [[nodiscard]] bool expects_key() const {
        return !open_.empty() && open_.back().node.kind == Node::Kind::map && !open_.back().has_key;
    }

    void take_key(const std::string& key, const YAML::Mark& mark) {
        Open& map = open_.back();
        map.has_key = true;
        map.key = key;
        map.key_line = mark.line + 1;
        map.key_column = mark.column + 1;
        map.duplicate = !map.seen.insert(key).second;
        if (!map.duplicate) return;
        report_.add({.line = map.key_line,
                     .column = map.key_column,
                     .path = path() + (open_.size() > 1 ? "." : "") + path_word(key),
                     .problem = "the key " + in_backticks(key) + " stands here a second time",
                     .advice = "keep one of the two"});
    }

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        refuse_anchor(mark, anchor);
        refuse_tag(mark, tag);
        if (expects_key())
            stop(mark, "a list or a map stands where a key is expected", "write a plain word as the key");
        if (open_.size() >= max_depth)
            stop(mark, "values are nested more than " + std::to_string(max_depth) + " deep", "no key needs that depth");
        open_.push_back({.node = make(kind, mark), .key = {}});
    }

    void close() {
        Node node = std::move(open_.back().node);
        open_.pop_back();
        place(std::move(node));
    }

    void place(Node node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.kind == Node::Kind::map) {
            parent.has_key = false;
            if (parent.duplicate) return;
            // Someone who looks for `office:` should not be sent to the first line of what it holds.
            if (node.line != parent.key_line || node.kind == Node::Kind::null) {
                node.line = parent.key_line;
                node.column = parent.key_column;
            }
            node.key = std::move(parent.key);
        }
        parent.node.children.push_back(std::move(node));
    }

    /// The path of the innermost open map or sequence.
    [[nodiscard]] std::string path() const {
        std::string text;
        for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
            const Open& level = open_[i];
            if (level.node.kind == Node::Kind::map) {
                text += (text.empty() ? "" : ".") + path_word(level.key);
            } else {
                text += "[" + std::to_string(level.node.children.size()) + "]";
            }
        }
        return text;
    }

    Report& report_;
    Node root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    int documents_ = 0;
};

} // namespace sallyport::config
