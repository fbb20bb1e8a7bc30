// SPDX-License-Identifier: Apache-2.0
#include "balance/http/h2_request.hpp"

#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"
#include "balance/http/request_target.hpp"

#include <algorithm>
#include <optional>

namespace sallyport::http {
namespace {

[[nodiscard]] bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

/// RFC 9110 5.5 lets a reader choose between blanks in the place of control characters and a refusal; an HTTP/2 client
/// has no lines to fold, and so no reason to send any.
[[nodiscard]] bool is_well_formed(const Field& field) noexcept {
    return is_valid_h2_name(field.name) && is_valid_value(field.value) && std::ranges::none_of(field.value, is_control);
}

class H2Reader {
public:
    H2Reader(TextArena& arena, RequestHead& head) noexcept : arena_(arena), head_(head) {}

    [[nodiscard]] bool read(const Fields& fields, bool ends);
    [[nodiscard]] H2RequestReading reading() const noexcept { return reading_; }

private:
    [[nodiscard]] bool refuse(DesyncReason reason, std::uint16_t status = 400) noexcept {
        reading_ = {status, {DesyncClass::severe, reason}};
        return false;
    }
    [[nodiscard]] bool add_pseudo(const Field& field) noexcept;
    [[nodiscard]] bool add(const Field& field);
    [[nodiscard]] bool add_known(KnownField known, const Field& field);
    [[nodiscard]] bool add_length(std::string_view value) noexcept;
    void add_cookie(const Field& field);
    [[nodiscard]] bool connect() noexcept;
    [[nodiscard]] bool name_host() noexcept;
    [[nodiscard]] bool find_target();
    [[nodiscard]] bool frame(bool ends) noexcept;
    void note_content(bool ends) noexcept;

    TextArena& arena_;
    RequestHead& head_;
    H2RequestReading reading_;
    FramingFields framing_;
    std::optional<std::string_view> method_;
    std::optional<std::string_view> scheme_;
    std::optional<std::string_view> authority_;
    std::optional<std::string_view> path_;
    std::optional<std::string_view> protocol_;
    std::optional<std::string_view> host_;
    std::size_t cookie_ = 0; // behind the place of the first one in the head's fields; 0: none yet
    bool has_regular_ = false;
};

bool H2Reader::read(const Fields& fields, bool ends) {
    head_.version = Version::http2;
    for (const Field& each : fields)
        if (each.name.starts_with(':') ? !add_pseudo(each) : !add(each)) return false;
    if (!method_ || !is_valid_name(*method_)) return refuse(DesyncReason::bad_method);
    return connect() && name_host() && find_target() && frame(ends);
}

/// RFC 9113 8.3: each once, before all others, and none that is not defined.
bool H2Reader::add_pseudo(const Field& field) noexcept {
    std::optional<std::string_view>* const place = field.name == ":method"      ? &method_
                                                   : field.name == ":scheme"    ? &scheme_
                                                   : field.name == ":authority" ? &authority_
                                                   : field.name == ":path"      ? &path_
                                                   : field.name == ":protocol"  ? &protocol_
                                                                                : nullptr;
    if (place == nullptr || *place || has_regular_) return refuse(DesyncReason::bad_header);
    *place = field.value;
    if (place == &method_) head_.method = field.value;
    if (place == &path_) head_.target = field.value;
    if (place == &authority_) head_.authority = field.value;
    return true;
}

bool H2Reader::add(const Field& field) {
    has_regular_ = true;
    if (!is_well_formed(field)) return refuse(DesyncReason::bad_header);
    if (looks_like_content_length(field.name) || looks_like_transfer_encoding(field.name)) {
        reading_.desync.note(DesyncClass::ambiguous, DesyncReason::suspicious_header);
        return true;
    }
    if (const KnownField known = known_field(field.name); known != KnownField::none) return add_known(known, field);
    if (field.name == "cookie") {
        add_cookie(field);
    } else {
        head_.fields.push_back(field);
    }
    return true;
}

bool H2Reader::add_known(KnownField known, const Field& field) {
    switch (known) {
    case KnownField::content_length:
        return add_length(field.value);
    case KnownField::host:
        if (host_) return refuse(DesyncReason::bad_header);
        host_ = field.value;
        return true;
    case KnownField::expect:
        if (equal_names(field.value, "100-continue"))
            head_.expects_continue = true;
        else
            head_.fields.push_back(field);
        return true;
    case KnownField::te: // RFC 9113 8.2.2
        if (!equal_names(field.value, "trailers")) return refuse(DesyncReason::bad_header);
        head_.takes_trailers = true;
        return true;
    case KnownField::transfer_encoding:
        return refuse(DesyncReason::bad_transfer_encoding);
    default:
        return refuse(DesyncReason::bad_header);
    }
}

bool H2Reader::add_length(std::string_view value) noexcept {
    switch (framing_.add_length(value)) {
    case FramingFault::none:
        return true;
    case FramingFault::different_lengths:
        return refuse(DesyncReason::multiple_content_length);
    default:
        return refuse(DesyncReason::bad_content_length);
    }
}

/// RFC 9113 8.2.3: the crumbs are one field for who does not speak HTTP/2.
void H2Reader::add_cookie(const Field& field) {
    if (cookie_ == 0) {
        head_.fields.push_back(field);
        cookie_ = head_.fields.size();
        return;
    }
    std::string_view& whole = head_.fields[cookie_ - 1].value;
    if (field.value.empty()) return; // a value must not end in a blank
    whole = whole.empty() ? field.value : arena_.join({whole, "; ", field.value});
}

/// RFC 8441 4: with :protocol it is a tunnel to this very origin. Without, it is a forward proxy's, which we are not.
bool H2Reader::connect() noexcept {
    const bool is_connect = *method_ == "CONNECT";
    if (!protocol_) return !is_connect || refuse(DesyncReason::bad_method, 405);
    if (!is_connect) return refuse(DesyncReason::bad_header);
    if (!equal_names(*protocol_, "websocket")) return refuse(DesyncReason::bad_method, 501);
    head_.upgrade = *protocol_;
    return true;
}

bool H2Reader::name_host() noexcept {
    if (authority_ && host_ && !equal_names(*authority_, *host_)) return refuse(DesyncReason::bad_header);
    head_.authority = authority_ ? *authority_ : host_.value_or("");
    // RFC 9113 8.3.1, and RFC 9110 4.2.1: the host of http and https is never empty.
    if (head_.authority.empty() || !is_valid_authority(head_.authority)) return refuse(DesyncReason::bad_uri);
    return true;
}

bool H2Reader::find_target() {
    if (!scheme_ || !path_) return refuse(DesyncReason::bad_uri);
    if (!equal_names(*scheme_, "https") && !equal_names(*scheme_, "http")) return refuse(DesyncReason::bad_uri);
    // No absolute form (RFC 9113 8.3.1): "/" and what follows, or "*".
    if (!path_->starts_with('/') && *path_ != "*") return refuse(DesyncReason::bad_uri);
    if (std::ranges::any_of(*path_, is_control)) return refuse(DesyncReason::bad_uri);
    head_.target = *path_;
    const bool is_read = read_target(head_, arena_, reading_.desync);
    return is_read || refuse(DesyncReason::bad_uri);
}

bool H2Reader::frame(bool ends) noexcept {
    if (!head_.upgrade.empty()) return true; // what comes is the tunnel's, and of no length
    if (ends) {
        if (framing_.length != 0) return refuse(DesyncReason::bad_content_length);
    } else if (framing_.has_length) {
        head_.body = {Framing::length, framing_.length};
    } else {
        head_.body = {Framing::chunked, 0};
    }
    if (framing_.repeats_length) reading_.desync.note(DesyncClass::ambiguous, DesyncReason::duplicate_content_length);
    if (framing_.has_leading_zeros) reading_.desync.note(DesyncClass::ambiguous, DesyncReason::bad_content_length);
    note_content(ends);
    return true;
}

/// As the reader of HTTP/1 has it; but that the end of the stream comes later than its head says nothing about content,
/// and is nothing that a target could mistake.
void H2Reader::note_content(bool ends) noexcept {
    if (head_.method != "GET" && head_.method != "HEAD") {
        // A length of nothing is told for what usually has content (RFC 9110 8.6).
        if (ends && framing_.has_length) head_.body = {Framing::length, 0};
        return;
    }
    if (head_.body.framing == Framing::length && head_.body.length > 0) {
        reading_.desync.note(DesyncClass::ambiguous, DesyncReason::undefined_content_length_semantics);
    } else if (framing_.has_length) {
        reading_.desync.note(DesyncClass::acceptable, DesyncReason::get_head_zero_content_length);
        head_.body = {};
    }
}

} // namespace

H2RequestReading read_h2_request(const Fields& fields, bool ends, TextArena& arena, RequestHead& head) {
    head.clear();
    H2Reader reader(arena, head);
    static_cast<void>(reader.read(fields, ends));
    return reader.reading();
}

bool read_h2_trailers(Fields& fields) {
    if (!std::ranges::all_of(fields, is_well_formed)) return false;
    std::erase_if(fields, [](const Field& each) { return is_forbidden_trailer(each.name); });
    return true;
}

} // namespace sallyport::http
