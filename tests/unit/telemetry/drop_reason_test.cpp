// SPDX-License-Identifier: Apache-2.0
// The table of drop reasons, and docs/drops.md that has to list each of them.
#include "telemetry/drop_reason.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace sallyport;

namespace {

std::vector<DropReason> all_reasons() {
    std::vector<DropReason> reasons;
    for (std::size_t index = 0; index < drop_reason_count; ++index)
        reasons.push_back(static_cast<DropReason>(index));
    return reasons;
}

struct Row {
    std::string name;
    std::string meaning;
    std::string advice;
};

/// The rows "| `Name` | meaning | what to do |" of docs/drops.md.
std::vector<Row> documented() {
    const char* path = std::getenv("SALLYPORT_DROPS_PAGE"); // set by meson.build
    REQUIRE(path != nullptr);
    std::ifstream page(path);
    REQUIRE(page.is_open());
    std::vector<Row> rows;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `")) continue;
        const std::size_t name_end = line.find("` | ");
        const std::size_t meaning_end = line.find(" | ", name_end + 4);
        REQUIRE(meaning_end != std::string::npos);
        REQUIRE(line.ends_with(" |"));
        rows.push_back({line.substr(3, name_end - 3), line.substr(name_end + 4, meaning_end - name_end - 4),
                        line.substr(meaning_end + 3, line.size() - meaning_end - 5)});
    }
    return rows;
}

} // namespace

TEST_CASE("every drop reason has a name of its own that can stand in a metric") {
    std::set<std::string_view> names;
    for (const DropReason reason : all_reasons()) {
        INFO(name(reason));
        CHECK(names.insert(name(reason)).second);
        REQUIRE_FALSE(name(reason).empty());
        CHECK(std::isupper(static_cast<unsigned char>(name(reason).front())));
        CHECK(std::all_of(name(reason).begin(), name(reason).end(),
                          [](char each) { return std::isalnum(static_cast<unsigned char>(each)) != 0; }));
    }
}

TEST_CASE("every drop reason has a sentence of its own for a person") {
    std::set<std::string_view> sentences;
    for (const DropReason reason : all_reasons()) {
        INFO(name(reason));
        CHECK(describe(reason).size() >= 15);
        CHECK(describe(reason).find('|') == std::string_view::npos); // it stands in a table of docs/drops.md
        CHECK(sentences.insert(describe(reason)).second);
    }
}

TEST_CASE("AWS's four drop names are there as AWS writes them") {
    CHECK(name(DropReason::InvalidGeneveTunnel) == "InvalidGeneveTunnel");
    CHECK(name(DropReason::InvalidGwlbEndpointId) == "InvalidGwlbEndpointId");
    CHECK(name(DropReason::InvalidGwlbFlowCookie) == "InvalidGwlbFlowCookie");
    CHECK(name(DropReason::MissingFlowEntry) == "MissingFlowEntry");
}

TEST_CASE("docs/drops.md lists every reason in the code's order, with its sentence and what to do") {
    const std::vector<Row> rows = documented();
    for (std::size_t index = 0; index < std::min(rows.size(), drop_reason_count); ++index) {
        const auto reason = static_cast<DropReason>(index);
        CHECK(rows[index].name == name(reason));
        CHECK(rows[index].meaning == describe(reason));
        CHECK(rows[index].advice.size() >= 20);
    }
    CHECK(rows.size() == drop_reason_count);
}
