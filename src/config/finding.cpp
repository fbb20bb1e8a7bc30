// SPDX-License-Identifier: Apache-2.0
#include "config/finding.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::config {

std::string format(std::string_view file, const Finding& finding) {
    std::string text(file);
    if (finding.line > 0) text += ":" + std::to_string(finding.line);
    text += ": ";
    if (finding.warning) text += "warning: ";
    if (!finding.path.empty()) text += finding.path + ": ";
    text += finding.problem;
    if (!finding.advice.empty()) text += "; " + finding.advice;
    return text;
}

bool usable(const std::vector<Finding>& findings) {
    return std::ranges::all_of(findings, &Finding::warning);
}

std::string in_backticks(std::string_view text) {
    constexpr std::size_t longest = 60;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "`";
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += "\\x";
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        }
    }
    return out + (text.size() > longest ? "...`" : "`");
}

void Report::add(Finding finding) {
    if (full()) {
        ++left_out_;
        return;
    }
    findings_.push_back(std::move(finding));
}

bool Report::has_error_under(std::string_view path) const {
    return std::ranges::any_of(findings_, [&](const Finding& finding) {
        if (finding.warning || !finding.path.starts_with(path)) return false;
        return finding.path.size() == path.size() || finding.path[path.size()] == '.' ||
               finding.path[path.size()] == '[';
    });
}

std::vector<Finding> Report::take() {
    std::ranges::stable_sort(findings_, {}, &Finding::line);
    if (left_out_ > 0)
        findings_.push_back({.problem = std::to_string(left_out_) + " more findings are not listed",
                             .advice = "mend these first, then check again"});
    left_out_ = 0;
    return std::exchange(findings_, {});
}

} // namespace sallyport::config
