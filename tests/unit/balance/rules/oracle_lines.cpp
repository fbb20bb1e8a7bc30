// SPDX-License-Identifier: Apache-2.0
// For text_oracle.py. Reads lines of hexadecimal words and answers each: "w PATTERN TEXT" and "W PATTERN TEXT"
// (whatever the case) with 1 or 0, "r REGEX REPLACEMENT TEXT" with the rewritten text, or "-" when it does not match.
#include "balance/rules/rewrite.hpp"
#include "balance/rules/wildcard.hpp"

#include <iostream>
#include <sstream>

using namespace sallyport;

namespace {

std::string from_hex(const std::string& word) {
    std::string text;
    for (std::size_t at = 1; at + 1 < word.size(); at += 2) // behind "x", so that no word is empty
        text += static_cast<char>(std::stoi(word.substr(at, 2), nullptr, 16));
    return text;
}

std::string to_hex(std::string_view text) {
    std::string word = "x";
    for (const char c : text) {
        constexpr const char* digits = "0123456789abcdef";
        word += digits[static_cast<unsigned char>(c) >> 4U];
        word += digits[static_cast<unsigned char>(c) & 15U];
    }
    return word;
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string kind;
        std::string first;
        std::string second;
        std::string third;
        words >> kind >> first >> second >> third;
        if (kind == "r") {
            http::TextArena arena;
            const auto rewriter = rules::Rewriter::build_for_url({from_hex(first), from_hex(second)});
            if (!rewriter) {
                std::cout << rewriter.error().message << '\n';
                continue;
            }
            const std::string text = from_hex(third);
            const auto result = rewriter->apply(text, arena);
            std::cout << (result.outcome == rules::RewriteOutcome::unchanged ? "-" : to_hex(result.text)) << '\n';
            continue;
        }
        const auto letters = kind == "W" ? config::LetterCase::ignored : config::LetterCase::matters;
        const auto wildcard = rules::Wildcard::compile(from_hex(first), letters);
        std::cout << (wildcard ? std::to_string(wildcard->matches(from_hex(second))) : "refused") << '\n';
    }
}
