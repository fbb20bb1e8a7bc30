// SPDX-License-Identifier: Apache-2.0
#include "balance/http/message.hpp"

#include <algorithm>

namespace sallyport::http {
namespace {

[[nodiscard]] char small_letter(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

} // namespace

bool equal_names(std::string_view one, std::string_view other) noexcept {
    return one.size() == other.size() && std::equal(one.begin(), one.end(), other.begin(), [](char a, char b) {
               return a == b || small_letter(a) == small_letter(b);
           });
}

const Field* find(const Fields& fields, std::string_view name) noexcept {
    const auto found = std::ranges::find_if(fields, [&](const Field& each) { return equal_names(each.name, name); });
    return found == fields.end() ? nullptr : &*found;
}

std::size_t erase(Fields& fields, std::string_view name) noexcept {
    return std::erase_if(fields, [&](const Field& each) { return equal_names(each.name, name); });
}

void RequestHead::clear() {
    Fields kept = std::move(fields);
    kept.clear();
    *this = {};
    fields = std::move(kept);
}

void ResponseHead::clear() {
    Fields kept = std::move(fields);
    kept.clear();
    *this = {};
    fields = std::move(kept);
}

} // namespace sallyport::http
