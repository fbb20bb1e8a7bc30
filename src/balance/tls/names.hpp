// SPDX-License-Identifier: Apache-2.0
// For which server names is a certificate, and what belongs to the name that a client asks for?
#pragma once

#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport::tls {

/// The DNS names of the subject's alternative names, in small letters; the common name where there are no alternative
/// names at all (RFC 6125 section 6.4.4).
[[nodiscard]] std::vector<std::string> names_of(const X509* certificate);

/// From names to values: an exact name before a wildcard, whose star is exactly one label (RFC 6125 section 6.4.3).
template <typename Value>
class NameTable {
public:
    /// `name` in small letters.
    Value& operator[](const std::string& name) { return values_[name]; }
    [[nodiscard]] auto begin() const { return values_.begin(); }
    [[nodiscard]] auto end() const { return values_.end(); }
    [[nodiscard]] auto begin() { return values_.begin(); }
    [[nodiscard]] auto end() { return values_.end(); }

    /// Whatever its case, and whether it ends with a dot or not. Null: nothing is known of it. Allocates nothing.
    [[nodiscard]] const Value* find(std::string_view name) const {
        if (name.ends_with('.')) name.remove_suffix(1);
        std::array<char, max_name_size + 2> small;
        if (name.empty() || name.size() > max_name_size) return nullptr;
        std::transform(name.begin(), name.end(), small.begin() + 1, lower);
        const std::string_view exact(small.data() + 1, name.size());
        if (const auto found = values_.find(exact); found != values_.end()) return &found->second;
        const std::size_t dot = exact.find('.');
        if (dot == 0 || dot == std::string_view::npos) return nullptr;
        small[dot] = '*'; // the byte before the dot
        const auto found = values_.find(std::string_view(small.data() + dot, exact.size() - dot + 1));
        return found != values_.end() ? &found->second : nullptr;
    }

private:
    static constexpr std::size_t max_name_size = 253;
    static char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    std::unordered_map<std::string, Value, Hash, std::equal_to<>> values_;
};

} // namespace sallyport::tls
