// SPDX-License-Identifier: Apache-2.0
// A table for people: a header line, columns as wide as their widest cell, numbers to the right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::cli {

enum class Align : std::uint8_t { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell for each column; cells that are missing stay empty.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// Lines without trailing blanks, each with its newline.
    [[nodiscard]] std::string text() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace sallyport::cli
