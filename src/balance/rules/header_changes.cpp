// SPDX-License-Identifier: Apache-2.0
#include "balance/rules/header_changes.hpp"

#include <algorithm>

namespace sallyport::rules {
namespace {

void set(http::Fields& fields, http::Field wanted) {
    const auto is_named = [&](const http::Field& field) { return http::equal_names(field.name, wanted.name); };
    const auto first = std::ranges::find_if(fields, is_named);
    if (first == fields.end()) {
        fields.push_back(wanted);
        return;
    }
    fields.erase(std::remove_if(first + 1, fields.end(), is_named), fields.end());
    *first = wanted;
}

} // namespace

void apply(std::span<const config::HeaderChange> changes, http::Fields& fields, http::TextArena& arena) {
    for (const config::HeaderChange& change : changes) {
        if (change.kind == config::HeaderChangeKind::remove) {
            http::erase(fields, change.name);
            continue;
        }
        const http::Field field = {.name = arena.copy(change.name), .value = arena.copy(change.value)};
        if (change.kind == config::HeaderChangeKind::set)
            set(fields, field);
        else
            fields.push_back(field);
    }
}

} // namespace sallyport::rules
