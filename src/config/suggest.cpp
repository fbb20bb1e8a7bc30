// SPDX-License-Identifier: Apache-2.0
// What a mistyped word was meant to be: the nearest known one by edit distance.
#include "config/finding.hpp"

#include <algorithm>
#include <cctype>

namespace sallyport::config {

namespace {

constexpr std::size_t longest_word = 64;

bool same_letter(char a, char b) {
    const auto fold = [](char c) { return c == '-' ? '_' : std::tolower(static_cast<unsigned char>(c)); };
    return fold(a) == fold(b);
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), upper case as lower.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> two_back(b.size() + 1);
    std::vector<std::size_t> back(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        two_back.swap(back);
        back.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = back[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0U : 1U);
            row[j] = std::min({back[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                row[j] = std::min(row[j], two_back[j - 2] + 1);
        }
    }
    return row[b.size()];
}

} // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
    if (word.empty() || word.size() > longest_word) return {};
    std::string_view best;
    std::size_t best_distance = 1 + std::max<std::size_t>(1, word.size() / 3);
    for (const std::string_view candidate : known) {
        if (candidate.size() > longest_word) continue;
        const std::size_t edits = distance(word, candidate);
        if (edits >= best_distance || edits >= candidate.size()) continue;
        best = candidate;
        best_distance = edits;
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known, std::string otherwise) {
    const std::string_view near = nearest(word, known);
    return near.empty() ? otherwise : "did you mean " + in_backticks(near) + "?";
}

std::string either(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

} // namespace sallyport::config
