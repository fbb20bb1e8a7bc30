// SPDX-License-Identifier: Apache-2.0
// Changes of headers: `{set: {Name: value}, add: {Name: value}, remove: [Name]}`. What is removed goes first, then
// `set`, then `add`.
#include "config/http_sections.hpp"

namespace sallyport::config {

namespace {

constexpr std::string_view map_expected = "a map from headers' names to values";
constexpr std::string_view advice = "write a header that is the messages' own, and a value of printable characters";

void read_values(const Fields& fields, std::string_view key, HeaderChangeKind kind, std::vector<HeaderChange>& out) {
    const auto values = fields.find(key);
    if (!values) return;
    for (const Value& value : values->entries(map_expected, max_header_changes)) {
        out.push_back(
            {.kind = kind, .name = value.node().key, .value = value.content("the header's value", 4096).value_or("")});
        tell_fault(value, out.back(), advice);
    }
}

} // namespace

std::vector<HeaderChange> read_header_changes(const Fields& fields, std::string_view key) {
    std::vector<HeaderChange> changes;
    const auto value = fields.find(key);
    if (!value) return changes;
    const Fields kinds(*value, {"set", "add", "remove"});
    if (const auto removed = kinds.find("remove"))
        for (const Value& item : removed->items_or_one("a header's name or a list of them", max_header_changes)) {
            changes.push_back({.kind = HeaderChangeKind::remove, .name = item.text("a header's name").value_or("")});
            tell_fault(item, changes.back(), advice);
        }
    read_values(kinds, "set", HeaderChangeKind::set, changes);
    read_values(kinds, "add", HeaderChangeKind::add, changes);
    return changes;
}

} // namespace sallyport::config
