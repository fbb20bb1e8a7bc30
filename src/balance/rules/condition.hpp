// SPDX-License-Identifier: Apache-2.0
// The conditions of a rule, made ready to be asked: does this request fulfil them?
//
// Texts are compared as the request has them: no percent-encoding is undone and no path is cleaned ("/a/../b", "//").
// ALB's guide says for conditions no more than that "any character can be percentage encoded"; what decides and what
// the target sees must be one text, or a client goes around a rule by writing the same thing differently. Who wants
// both spellings gives both values.
#pragma once

#include "balance/rules/facts.hpp"
#include "balance/rules/wildcard.hpp"
#include "config/http.hpp"
#include "support/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::rules {

/// A wildcard, which has to fit the whole text, or a regular expression, which has to fit somewhere.
class TextPattern {
public:
    static Result<TextPattern> build(const config::Pattern& pattern, config::LetterCase letters);
    [[nodiscard]] bool matches(std::string_view text) const noexcept;

private:
    using Compiled = std::variant<Wildcard, std::unique_ptr<const RE2>>;
    explicit TextPattern(Compiled compiled) : compiled_(std::move(compiled)) {}
    Compiled compiled_;
};

/// A request as conditions see it, with what several of them need taken apart once.
struct RequestView {
    const RequestFacts& facts;
    std::string_view host; // without port and final dot, in small letters
};

struct HostCondition {
    std::vector<TextPattern> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};
struct PathCondition {
    std::vector<TextPattern> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};
/// Of several fields of the name any may fit, each on its own.
struct HeaderCondition {
    std::string name;
    std::vector<TextPattern> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};
/// Pairs are what `&` separates, key and value what the first `=` does. A part without `=` is a key with an empty
/// value; where any key will do, it is a value, too.
struct QueryCondition {
    struct Pair {
        std::optional<TextPattern> key;
        TextPattern value;
        [[nodiscard]] bool matches(std::string_view part) const noexcept;
    };
    std::vector<Pair> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};
struct MethodCondition {
    std::vector<std::string> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};
struct SourceCondition {
    std::vector<IpPrefix> values;
    [[nodiscard]] bool holds(const RequestView& request) const noexcept;
};

using Condition =
    std::variant<HostCondition, PathCondition, HeaderCondition, QueryCondition, MethodCondition, SourceCondition>;

[[nodiscard]] Result<Condition> build_condition(const config::Condition& condition);
[[nodiscard]] bool holds(const Condition& condition, const RequestView& request) noexcept;

} // namespace sallyport::rules
