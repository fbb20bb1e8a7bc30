// SPDX-License-Identifier: Apache-2.0
#include "balance/http/write_head.hpp"

#include "balance/http/field_rules.hpp"
#include "balance/http/framing_fields.hpp"
#include "balance/http/status.hpp"

#include <array>
#include <charconv>

namespace sallyport::http {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> text{};
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

/// Whatever somebody put there: framing and connection are written from the head's members alone.
void append_fields(std::string& out, const Fields& fields) {
    for (const Field& each : fields) {
        const KnownField known = known_field(each.name);
        if (known != KnownField::none && known != KnownField::expect) continue;
        if (is_valid_name(each.name) && is_writable_value(each.value)) append_field(out, each.name, each.value);
    }
}

void append_length(std::string& out, std::uint64_t length) {
    out.append("Content-Length: ");
    append_number(out, length);
    out.append("\r\n");
}

void append_framing(std::string& out, Framing framing, std::uint64_t length) {
    if (framing == Framing::length) append_length(out, length);
    if (framing == Framing::chunked) append_field(out, "Transfer-Encoding", "chunked");
}

[[nodiscard]] bool append_upgrade(std::string& out, std::string_view upgrade) {
    if (upgrade.empty() || !is_writable_value(upgrade)) return false;
    append_field(out, "Upgrade", upgrade);
    append_field(out, "Connection", "upgrade");
    return true;
}

} // namespace

void append_request(std::string& out, const RequestHead& head, bool keeps_alive) {
    out.append(head.method).append(" ").append(head.path);
    if (head.has_query) out.append("?").append(head.query);
    out.append(" HTTP/1.1\r\n");
    append_field(out, "Host", head.authority);
    append_fields(out, head.fields);
    append_framing(out, head.body.framing, head.body.length);
    if (append_upgrade(out, head.upgrade)) {
        if (head.takes_trailers) append_field(out, "TE", "trailers");
    } else if (head.takes_trailers) { // RFC 9110 10.1.4
        append_field(out, "TE", "trailers");
        append_field(out, "Connection", keeps_alive ? "TE" : "TE, close");
    } else if (!keeps_alive) {
        append_field(out, "Connection", "close");
    }
    out.append("\r\n");
}

Framing client_framing(const ResponseHead& head, Version client) noexcept {
    if (head.body.framing == Framing::none || head.body.framing == Framing::length) return head.body.framing;
    return client == Version::http10 ? Framing::until_close : Framing::chunked;
}

void append_response(std::string& out, const ResponseHead& head, Version client, bool keeps_alive) {
    out.append("HTTP/1.1 ");
    append_number(out, head.status);
    const bool has_phrase = !head.reason.empty() && is_writable_value(head.reason);
    out.append(" ").append(has_phrase ? head.reason : reason_phrase(head.status)).append("\r\n");
    append_fields(out, head.fields);
    const Framing framing = client_framing(head, client);
    append_framing(out, framing, head.body.length);
    if (framing == Framing::none && head.told_length && head.status >= 200 && head.status != 204)
        append_length(out, *head.told_length);
    const bool stays = keeps_alive && framing != Framing::until_close;
    if (!append_upgrade(out, head.upgrade) && head.status >= 200) {
        if (!stays)
            append_field(out, "Connection", "close");
        else if (client == Version::http10)
            append_field(out, "Connection", "keep-alive");
    }
    out.append("\r\n");
}

void append_continue(std::string& out) {
    out.append("HTTP/1.1 100 Continue\r\n\r\n");
}

} // namespace sallyport::http
