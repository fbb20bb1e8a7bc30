// SPDX-License-Identifier: Apache-2.0
#include "cli/table.hpp"

#include <algorithm>

namespace sallyport::cli {
namespace {

constexpr std::size_t gap = 2;

/// Characters, not bytes: names may be UTF-8.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

const std::string& cell(const std::vector<std::string>& row, std::size_t column) {
    static const std::string empty;
    return column < row.size() ? row[column] : empty;
}

} // namespace

std::string Table::text() const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        titles.push_back(columns_[column].title);
        widths.push_back(width(titles.back()));
        for (const auto& row : rows_)
            widths[column] = std::max(widths[column], width(cell(row, column)));
    }
    std::string text;
    const auto write = [&](const std::vector<std::string>& row) {
        std::string line;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const std::string& content = cell(row, column);
            const std::string padding(widths[column] - width(content), ' ');
            if (column > 0) line.append(gap, ' ');
            line += columns_[column].align == Align::left ? content + padding : padding + content;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    write(titles);
    for (const auto& row : rows_)
        write(row);
    return text;
}

} // namespace sallyport::cli
