// SPDX-License-Identifier: Apache-2.0
#include "balance/http/framing_fields.hpp"

#include "balance/http/field_rules.hpp"

#include <charconv>
#include <system_error>

namespace sallyport::http {

FramingFault FramingFields::add_length(std::string_view value) noexcept {
    FramingFault fault = FramingFault::none;
    (void)each_element(value, [&](std::string_view each) {
        std::uint64_t told = 0;
        const char* const end = each.data() + each.size();
        const auto [read_to, error] = std::from_chars(each.data(), end, told); // takes no sign
        if (each.empty() || error != std::errc{} || read_to != end)
            fault = FramingFault::bad_length;
        else if (has_length && told != length)
            fault = FramingFault::different_lengths;
        repeats_length = repeats_length || has_length;
        has_leading_zeros = has_leading_zeros || (each.size() > 1 && each.front() == '0');
        has_length = true;
        length = told;
        return fault == FramingFault::none;
    });
    return fault;
}

FramingFault FramingFields::add_coding(std::string_view value) noexcept {
    if (has_coding) return FramingFault::repeated_coding;
    has_coding = true;
    FramingFault fault = FramingFault::none;
    bool has_unknown = false;
    (void)each_element(value, [&](std::string_view each) {
        if (!is_valid_name(each)) {
            fault = FramingFault::bad_coding; // with parameters too: chunked has none, others we do not know
        } else if (is_chunked) {
            fault = equal_names(each, "chunked") ? FramingFault::repeated_coding : FramingFault::bad_coding;
        } else if (equal_names(each, "chunked")) {
            is_chunked = true;
        } else if (equal_names(each, "identity")) {
            has_identity = true;
        } else {
            has_unknown = true;
        }
        return fault == FramingFault::none;
    });
    return fault == FramingFault::none && has_unknown ? FramingFault::unknown_coding : fault;
}

bool ConnectionOptions::add(std::string_view value) noexcept {
    return each_element(value, [&](std::string_view each) {
        if (each.empty()) return true;
        if (count_ == most) return false;
        names_[count_++] = each;
        closes = closes || equal_names(each, "close");
        keeps_alive = keeps_alive || equal_names(each, "keep-alive");
        upgrades = upgrades || equal_names(each, "upgrade");
        return true;
    });
}

void ConnectionOptions::remove_named(Fields& fields) const noexcept {
    for (std::size_t each = 0; each < count_; ++each)
        if (!is_protected_from_connection(names_[each])) erase(fields, names_[each]);
}

KnownField known_field(std::string_view name) noexcept {
    const auto if_equal = [&](std::string_view known, KnownField which) {
        return equal_names(name, known) ? which : KnownField::none;
    };
    switch (name.size()) {
    case 2:
        return if_equal("TE", KnownField::te);
    case 4:
        return if_equal("Host", KnownField::host);
    case 6:
        return if_equal("Expect", KnownField::expect);
    case 7:
        return if_equal("Upgrade", KnownField::upgrade);
    case 10:
        if (equal_names(name, "Connection")) return KnownField::connection;
        return if_equal("Keep-Alive", KnownField::of_connection);
    case 14:
        if (equal_names(name, "Content-Length")) return KnownField::content_length;
        return if_equal("HTTP2-Settings", KnownField::of_connection);
    case 16:
        return if_equal("Proxy-Connection", KnownField::of_connection);
    case 17:
        return if_equal("Transfer-Encoding", KnownField::transfer_encoding);
    default:
        return KnownField::none;
    }
}

std::string_view chosen_upgrade(std::string_view value) noexcept {
    std::string_view chosen;
    (void)each_element(value, [&](std::string_view each) {
        const std::size_t slash = each.find('/');
        const std::string_view name = each.substr(0, slash);
        if (equal_names(name, "h2c") || equal_names(name, "h2") || !is_valid_name(name)) return true;
        if (slash != std::string_view::npos && !is_valid_name(each.substr(slash + 1))) return true;
        chosen = each;
        return false;
    });
    return chosen;
}

} // namespace sallyport::http
