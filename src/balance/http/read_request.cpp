// SPDX-License-Identifier: Apache-2.0
#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"
#include "balance/http/head_lines.hpp"
#include "balance/http/read_head.hpp"
#include "balance/http/request_target.hpp"

#include <cstring>
#include <span>

namespace sallyport::http {
namespace {

struct RequestLine {
    std::string_view method;
    std::string_view target;
    Version version = Version::http11;
    bool is_later_version = false; // HTTP/1.2 to 1.9
    std::uint16_t status = 0;      // 0: well-formed
    DesyncReason reason = DesyncReason::none;
};

[[nodiscard]] RequestLine refused(std::uint16_t status, DesyncReason reason) noexcept {
    RequestLine line;
    line.status = status;
    line.reason = reason;
    return line;
}

/// RFC 9112 3. The target is all between the first blank and the last one: blanks in it are looked at later.
[[nodiscard]] RequestLine split_request_line(std::string_view text) noexcept {
    const std::size_t first = text.find(' ');
    if (!is_valid_name(text.substr(0, first))) return refused(400, DesyncReason::bad_method);
    const std::size_t last = text.rfind(' ');
    if (first == last) return refused(400, DesyncReason::bad_version); // HTTP/0.9 as well
    const std::string_view version = text.substr(last + 1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
        !is_digit(version[7]))
        return refused(400, DesyncReason::bad_version);
    if (version[5] != '1') return refused(505, DesyncReason::bad_version);
    RequestLine line;
    line.method = text.substr(0, first);
    line.target = text.substr(first + 1, last - first - 1);
    line.version = version[7] == '0' ? Version::http10 : Version::http11;
    line.is_later_version = version[7] > '1';
    return line;
}

/// Of a head that is not complete: so that who speaks something else altogether hears it at once.
[[nodiscard]] RequestLine first_line_of(std::string_view bytes, const HeadFinder& finder) noexcept {
    if (!finder.has_first_line()) return {};
    std::string_view line = bytes.substr(finder.begin());
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return split_request_line(line);
}

[[nodiscard]] std::uint16_t status_of(HeadExcess excess) noexcept {
    switch (excess) {
    case HeadExcess::line:
        return 414;
    case HeadExcess::empty_lines:
        return 400;
    default:
        return 431;
    }
}

class Reader {
public:
    Reader(TextArena& arena, RequestHead& head) noexcept : arena_(arena), head_(head) {}

    [[nodiscard]] bool read(std::span<char> text);
    [[nodiscard]] std::uint16_t status() const noexcept { return status_; }
    [[nodiscard]] DesyncReport desync() const noexcept { return desync_; }

private:
    [[nodiscard]] bool refuse(std::uint16_t status, DesyncReason reason) noexcept {
        status_ = status;
        desync_ = {DesyncClass::severe, reason};
        return false;
    }
    [[nodiscard]] bool refuse(FramingFault fault) noexcept;
    [[nodiscard]] bool read_line(std::string_view text);
    [[nodiscard]] bool read_fields(HeadLines& lines);
    [[nodiscard]] bool add(const FieldLine& line);
    [[nodiscard]] bool add_known(KnownField known, const FieldLine& line);
    [[nodiscard]] bool is_suspicious(std::string_view name) noexcept;
    [[nodiscard]] bool frame();
    void note_content() noexcept;
    void connect() noexcept;

    TextArena& arena_;
    RequestHead& head_;
    DesyncReport desync_;
    std::uint16_t status_ = 0;
    FramingFields framing_;
    ConnectionOptions options_;
    std::string_view host_;
    bool has_host_ = false;
    bool has_like_length_ = false;
    bool has_like_coding_ = false;
};

bool Reader::refuse(FramingFault fault) noexcept {
    switch (fault) {
    case FramingFault::bad_length:
        return refuse(400, DesyncReason::bad_content_length);
    case FramingFault::different_lengths:
        return refuse(400, DesyncReason::multiple_content_length);
    case FramingFault::repeated_coding:
        return refuse(400, DesyncReason::multiple_transfer_encoding_chunked);
    case FramingFault::unknown_coding: // RFC 9112 6.1
        return refuse(501, DesyncReason::bad_transfer_encoding);
    default:
        return refuse(400, DesyncReason::bad_transfer_encoding);
    }
}

bool Reader::read(std::span<char> text) {
    if (hides_line_ends({text.data(), text.size()})) return refuse(400, DesyncReason::bad_header);
    HeadLines lines(text);
    const std::span<char> first = lines.first();
    if (!read_line({first.data(), first.size()}) || !read_fields(lines)) return false;
    if (lines.has_bare_lf()) desync_.note(DesyncClass::ambiguous, DesyncReason::bad_header);
    if (head_.version == Version::http11 && !has_host_) return refuse(400, DesyncReason::bad_header); // RFC 9112 3.2
    if (head_.authority.empty()) head_.authority = host_; // that of an absolute target goes before (3.2.2)
    if (!frame()) return false;
    connect();
    return true;
}

bool Reader::read_line(std::string_view text) {
    const RequestLine line = split_request_line(text);
    if (line.status != 0) return refuse(line.status, line.reason);
    head_.method = line.method;
    head_.target = line.target;
    head_.version = line.version;
    if (line.is_later_version) desync_.note(DesyncClass::acceptable, DesyncReason::non_compliant_version);
    if (line.method == "CONNECT") return refuse(501, DesyncReason::bad_method); // no forward proxy
    return read_target(head_, arena_, desync_) || refuse(400, DesyncReason::bad_uri);
}

bool Reader::read_fields(HeadLines& lines) {
    FieldLine line;
    while (lines.next(line))
        if (!add(line)) return false;
    return true;
}

bool Reader::is_suspicious(std::string_view name) noexcept {
    const bool is_length = looks_like_content_length(name);
    const bool is_coding = looks_like_transfer_encoding(name);
    has_like_length_ = has_like_length_ || is_length;
    has_like_coding_ = has_like_coding_ || is_coding;
    return is_length || is_coding;
}

bool Reader::add(const FieldLine& line) {
    if (!line.has_colon || line.begins_with_blank) return refuse(400, DesyncReason::bad_header);
    if (line.name.empty()) {
        desync_.note(DesyncClass::ambiguous, DesyncReason::empty_header);
        return true;
    }
    if (line.name.back() == ' ' || line.name.back() == '\t') // RFC 9112 5.1
        return refuse(400, DesyncReason::bad_header);
    if (line.is_folded) desync_.note(DesyncClass::ambiguous, DesyncReason::bad_header);
    if (line.had_control || line.has_high) desync_.note(DesyncClass::acceptable, DesyncReason::non_compliant_header);
    if (is_suspicious(line.name)) {
        desync_.note(DesyncClass::ambiguous, DesyncReason::suspicious_header);
        return true;
    }
    if (!is_valid_name(line.name)) {
        desync_.note(DesyncClass::acceptable, DesyncReason::non_compliant_header);
        return true;
    }
    const KnownField known = known_field(line.name);
    if (known != KnownField::none) return add_known(known, line);
    head_.fields.push_back({line.name, line.value});
    return true;
}

bool Reader::add_known(KnownField known, const FieldLine& line) {
    const bool is_bent = line.is_folded || line.had_control;
    switch (known) {
    case KnownField::content_length: {
        if (is_bent) return refuse(400, DesyncReason::bad_content_length);
        const FramingFault fault = framing_.add_length(line.value);
        return fault == FramingFault::none || refuse(fault);
    }
    case KnownField::transfer_encoding: {
        if (is_bent || head_.version == Version::http10) return refuse(400, DesyncReason::bad_transfer_encoding);
        const FramingFault fault = framing_.add_coding(line.value);
        return fault == FramingFault::none || refuse(fault);
    }
    case KnownField::host:
        if (is_bent || has_host_ || !is_valid_authority(line.value)) return refuse(400, DesyncReason::bad_header);
        has_host_ = true;
        host_ = line.value;
        return true;
    case KnownField::connection:
        return options_.add(line.value) || refuse(400, DesyncReason::bad_header);
    case KnownField::expect:
        if (equal_names(line.value, "100-continue"))
            head_.expects_continue = head_.version == Version::http11; // RFC 9110 10.1.1
        else
            head_.fields.push_back({line.name, line.value});
        return true;
    case KnownField::te:
        (void)each_element(line.value, [&](std::string_view each) {
            head_.takes_trailers = head_.takes_trailers || equal_names(each, "trailers");
            return true;
        });
        return true;
    case KnownField::upgrade:
        if (head_.upgrade.empty()) head_.upgrade = chosen_upgrade(line.value);
        return true;
    default:
        return true;
    }
}

/// Where the content ends (RFC 9112 6.3).
bool Reader::frame() {
    if (framing_.has_coding && !framing_.is_chunked && !framing_.has_identity)
        return refuse(400, DesyncReason::bad_transfer_encoding);
    const bool has_length = framing_.has_length || has_like_length_;
    const bool has_coding = framing_.has_coding || has_like_coding_;
    if (has_length && has_coding && (has_like_length_ || has_like_coding_))
        desync_.note(DesyncClass::severe, DesyncReason::suspicious_te_cl_present);
    if (framing_.has_coding && framing_.has_length)
        desync_.note(DesyncClass::ambiguous, DesyncReason::both_te_cl_present);
    if (framing_.has_identity) desync_.note(DesyncClass::ambiguous, DesyncReason::bad_transfer_encoding);
    if (framing_.repeats_length) desync_.note(DesyncClass::ambiguous, DesyncReason::duplicate_content_length);
    if (framing_.has_leading_zeros) desync_.note(DesyncClass::ambiguous, DesyncReason::bad_content_length);
    if (framing_.is_chunked)
        head_.body = {Framing::chunked, 0};
    else if (framing_.has_length)
        head_.body = {Framing::length, framing_.length};
    note_content();
    return true;
}

/// Of GET and HEAD content has no meaning (RFC 9110 9.3.1).
void Reader::note_content() noexcept {
    if (head_.method != "GET" && head_.method != "HEAD") return;
    if (head_.body.framing == Framing::chunked) {
        desync_.note(DesyncClass::ambiguous, DesyncReason::undefined_transfer_encoding_semantics);
    } else if (head_.body.framing == Framing::length && head_.body.length > 0) {
        desync_.note(DesyncClass::ambiguous, DesyncReason::undefined_content_length_semantics);
    } else if (head_.body.framing == Framing::length) {
        desync_.note(DesyncClass::acceptable, DesyncReason::get_head_zero_content_length);
        head_.body = {};
    }
}

void Reader::connect() noexcept {
    const bool is_http10 = head_.version == Version::http10;
    head_.keeps_alive = !options_.closes && (!is_http10 || options_.keeps_alive);
    if (!options_.upgrades || is_http10) head_.upgrade = {};
    options_.remove_named(head_.fields);
}

} // namespace

RequestReading read_request_head(std::string_view bytes, HeadFinder& finder, TextArena& arena, RequestHead& head) {
    RequestReading reading;
    reading.state = finder.find(bytes);
    if (reading.state != HeadState::done) {
        const RequestLine line = first_line_of(bytes, finder);
        if (line.status != 0) {
            reading.state = HeadState::malformed;
            reading.status = line.status;
            reading.desync = {DesyncClass::severe, line.reason};
        } else if (reading.state == HeadState::malformed) {
            reading.status = status_of(finder.excess());
        }
        return reading;
    }
    head.clear();
    const std::size_t size = finder.size() - finder.begin();
    char* const copy = arena.take(size);
    std::memcpy(copy, bytes.data() + finder.begin(), size);
    Reader reader(arena, head);
    if (!reader.read({copy, size})) {
        reading.state = HeadState::malformed;
        reading.status = reader.status();
    }
    reading.size = finder.size();
    reading.desync = reader.desync();
    return reading;
}

} // namespace sallyport::http
