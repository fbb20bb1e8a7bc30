// SPDX-License-Identifier: Apache-2.0
#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"
#include "balance/http/head_lines.hpp"
#include "balance/http/read_head.hpp"

#include <cstring>
#include <span>

namespace sallyport::http {
namespace {

class Reader {
public:
    Reader(ResponseHead& head, std::string_view request_method) noexcept
        : head_(head), is_to_head_(request_method == "HEAD") {}

    /// Empty: well-formed.
    [[nodiscard]] std::string_view read(std::span<char> text);

private:
    [[nodiscard]] bool read_line(std::string_view text) noexcept;
    [[nodiscard]] std::string_view add(const FieldLine& line);
    [[nodiscard]] std::string_view add_known(KnownField known, const FieldLine& line);
    void frame() noexcept;

    ResponseHead& head_;
    bool is_to_head_;
    FramingFields framing_;
    ConnectionOptions options_;
};

std::string_view Reader::read(std::span<char> text) {
    if (hides_line_ends({text.data(), text.size()})) return "a bare CR or a NUL in the head";
    HeadLines lines(text);
    const std::span<char> first = lines.first();
    for (char& each : first)
        if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F) each = ' ';
    if (!read_line({first.data(), first.size()})) return "no status line of HTTP/1";
    FieldLine line;
    while (lines.next(line))
        if (const std::string_view fault = add(line); !fault.empty()) return fault;
    if (framing_.has_coding && !framing_.is_chunked && !framing_.has_identity)
        return "a transfer coding without chunks";
    head_.keeps_alive = !options_.closes && (head_.version == Version::http11 || options_.keeps_alive);
    if (head_.status != 101) head_.upgrade = {};
    options_.remove_named(head_.fields);
    frame();
    return {};
}

/// RFC 9112 4. Many leave out the blank in front of an empty phrase.
bool Reader::read_line(std::string_view text) noexcept {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() < 12 || !text.starts_with("HTTP/1.") || !is_digit(text[7]) || text[8] != ' ') return false;
    if (text.size() > 12 && text[12] != ' ') return false;
    unsigned status = 0;
    for (const char each : text.substr(9, 3)) {
        if (!is_digit(each)) return false;
        status = status * 10 + static_cast<unsigned>(each - '0');
    }
    if (status < 100) return false;
    head_.status = static_cast<std::uint16_t>(status);
    head_.version = text[7] == '0' ? Version::http10 : Version::http11;
    head_.reason = without_blanks(text.substr(12));
    return true;
}

std::string_view Reader::add(const FieldLine& line) {
    if (!line.has_colon) return "a line without a colon";
    if (line.begins_with_blank) return "a fold in front of the first field";
    const std::string_view name = without_blanks(line.name); // a proxy removes them (RFC 9112 5.1)
    if (!is_valid_name(name) || looks_like_content_length(name) || looks_like_transfer_encoding(name)) return {};
    const KnownField known = known_field(name);
    if (known != KnownField::none) return add_known(known, line);
    head_.fields.push_back({name, line.value});
    return {};
}

std::string_view Reader::add_known(KnownField known, const FieldLine& line) {
    const bool is_bent = line.is_folded || line.had_control;
    switch (known) {
    case KnownField::content_length:
        return is_bent || framing_.add_length(line.value) != FramingFault::none ? "a bad Content-Length" : "";
    case KnownField::transfer_encoding:
        return is_bent || head_.version == Version::http10 || framing_.add_coding(line.value) != FramingFault::none
                   ? "a bad Transfer-Encoding"
                   : "";
    case KnownField::connection:
        return options_.add(line.value) ? "" : "too many names in Connection";
    case KnownField::upgrade:
        if (head_.upgrade.empty()) head_.upgrade = chosen_upgrade(line.value);
        return {};
    default:
        return {};
    }
}

/// RFC 9112 6.3.
void Reader::frame() noexcept {
    const bool has_no_content = head_.status < 200 || head_.status == 204;
    if (has_no_content || is_to_head_ || head_.status == 304) {
        if (!has_no_content && framing_.has_length && !framing_.has_coding) head_.told_length = framing_.length;
        // Whoever announces content where none may be may send it as well.
        if (has_no_content && (framing_.has_coding || framing_.length > 0)) head_.keeps_alive = false;
        return;
    }
    if (framing_.is_chunked) {
        head_.body = {Framing::chunked, 0};
        if (framing_.has_length) head_.keeps_alive = false; // it may mean something else by it
    } else if (framing_.has_length) {
        head_.body = {Framing::length, framing_.length};
    } else {
        head_.body = {Framing::until_close, 0};
        head_.keeps_alive = false;
    }
}

} // namespace

ResponseReading read_response_head(std::string_view bytes, HeadFinder& finder, std::string_view request_method,
                                   TextArena& arena, ResponseHead& head) {
    ResponseReading reading;
    reading.state = finder.find(bytes);
    if (reading.state == HeadState::malformed) reading.fault = "a head beyond its limits";
    if (reading.state != HeadState::done) return reading;
    head.clear();
    const std::size_t size = finder.size() - finder.begin();
    char* const copy = arena.take(size);
    std::memcpy(copy, bytes.data() + finder.begin(), size);
    reading.fault = Reader(head, request_method).read({copy, size});
    if (!reading.fault.empty()) reading.state = HeadState::malformed;
    reading.size = finder.size();
    return reading;
}

} // namespace sallyport::http
