// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/list_fields.hpp"

#include <algorithm>

namespace sallyport::l7 {

std::string_view trim(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view take_part(std::string_view& rest, char separator) noexcept {
    const std::size_t end = rest.find(separator);
    const std::string_view part = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return part;
}

std::size_t count_elements(std::string_view list) noexcept {
    std::size_t count = 0;
    while (!list.empty()) {
        if (!take_part(list, ',').empty()) ++count;
    }
    return count;
}

std::string_view join_list(std::string_view name, http::TextArena& arena, const http::Fields& fields) {
    std::string_view joined;
    for (const http::Field& field : fields) {
        if (!http::equal_names(field.name, name) || trim(field.value).empty()) continue;
        joined = joined.empty() ? field.value : arena.join({joined, ", ", field.value});
    }
    return joined;
}

void replace_all(std::string_view name, std::string_view value, http::Fields& fields) {
    const auto is_it = [&](const http::Field& field) { return http::equal_names(field.name, name); };
    const auto first = std::ranges::find_if(fields, is_it);
    if (first == fields.end()) {
        fields.push_back({name, value});
        return;
    }
    first->value = value;
    fields.erase(std::remove_if(first + 1, fields.end(), is_it), fields.end());
}

} // namespace sallyport::l7
