// SPDX-License-Identifier: Apache-2.0
// A finding: one thing in the configuration that cannot work, where it is, and what to write instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::config {

struct Finding {
    int line = 0;         // from 1; 0 when the file as a whole is meant
    int column = 0;       // from 1; 0 when unknown
    std::string path;     // appliance_groups.firewalls.appliances[1].address; empty for the file
    std::string problem;  // "is not an IP address: `10.0.0.256`"
    std::string advice;   // "write an IPv4 or IPv6 address, such as 198.51.100.11"
    bool warning = false; // worth knowing; the configuration works all the same
};

/// "FILE:LINE: path: problem; advice". A warning says `warning: ` after the place.
std::string format(std::string_view file, const Finding& finding);

/// Whether nothing but warnings was found.
bool usable(const std::vector<Finding>& findings);

/// Foreign text in backticks, fit for one line of a terminal: control characters escaped, long text cut.
std::string in_backticks(std::string_view text);

/// The known word that a mistyped one is likely to mean; empty when none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

/// "did you mean `perimeter`?", or the given words when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known, std::string otherwise);

/// "a, b or c".
std::string either(const std::vector<std::string_view>& words);

/// Collects findings, and keeps a hostile file from filling memory and the terminal with them.
class Report {
public:
    static constexpr std::size_t capacity = 500;

    void add(Finding finding);
    [[nodiscard]] bool full() const noexcept { return findings_.size() >= capacity; }
    [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }
    /// Whether an error was found at this path or below it.
    [[nodiscard]] bool has_error_under(std::string_view path) const;
    /// The findings in the order of the file's lines, with a last word on those that found no room.
    [[nodiscard]] std::vector<Finding> take();

private:
    std::vector<Finding> findings_;
    std::size_t left_out_ = 0;
};

} // namespace sallyport::config
