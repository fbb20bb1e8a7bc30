// SPDX-License-Identifier: Apache-2.0
// What HTTP and HTTPS listeners do with every request, as ALB's attributes have it, each a key of the listener: limits,
// times, headers, error pages.
#include "config/file_text.hpp"
#include "config/http_sections.hpp"
#include "config/scalar.hpp"
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_error_page = 65'536;

void read_limits(const Value& value, HttpServer& server) {
    constexpr std::uint64_t most = 0xffff'ffff;
    HttpLimits& limits = server.limits;
    const Fields fields(value, {"request_line_bytes", "header_bytes", "request_headers_bytes", "response_headers_bytes",
                                "headers", "streams", "requests", "request_body_bytes", "connections",
                                "connections_per_client", "body_bytes_per_second"});
    fields.integer("request_line_bytes", limits.request_line_bytes, 256, 1'048'576);
    fields.integer("header_bytes", limits.header_bytes, 256, 1'048'576);
    fields.integer("request_headers_bytes", limits.request_headers_bytes, 1024, 1'048'576);
    fields.integer("response_headers_bytes", limits.response_headers_bytes, 1024, 1'048'576);
    fields.integer("headers", limits.headers, 16, 4096);
    fields.integer("streams", limits.streams, 1, 4096);
    fields.integer("requests", limits.requests, 1, most);
    fields.integer("request_body_bytes", limits.request_body_bytes, 0, std::uint64_t{1} << 50U);
    fields.integer("connections", limits.connections, 1, 10'000'000);
    fields.integer("connections_per_client", limits.connections_per_client, 0, 10'000'000);
    fields.integer("body_bytes_per_second", server.timeouts.body_bytes_per_second, 0, most);
    if (limits.header_bytes > limits.request_headers_bytes && fields.has("header_bytes"))
        fields.find("header_bytes")
            ->fault("is more than the " + std::to_string(limits.request_headers_bytes) +
                        " bytes of all headers, and never reached",
                    "write less, or raise `request_headers_bytes`");
}

void read_times(const Fields& fields, HttpTimeouts& times) {
    fields.duration("idle_timeout", times.idle, 1s, 4000s);
    fields.duration("client_keep_alive", times.client_keep_alive, 60s, 604'800s);
    const auto value = fields.find("timeouts");
    if (!value) return;
    const Fields more(*value, {"header_read", "target_connect", "target_response"});
    more.duration("header_read", times.header_read, 1s, 4000s);
    more.duration("target_connect", times.target_connect, 100ms, 300s);
    more.duration("target_response", times.target_response, 0s, 4000s);
}

/// The page's text, written there or in a file.
void read_page_body(const Fields& fields, ErrorPage& page, const std::filesystem::path& base) {
    const auto body = fields.find("body");
    const auto file = fields.find("file");
    if (fields && body.has_value() == file.has_value()) {
        fields.map().fault(body ? "has a `body` and a `file`" : "has neither `body` nor `file`",
                           "write one of the two");
    } else if (body) {
        page.body = body->content("the page", longest_error_page).value_or("");
    } else if (file) {
        const auto path = read_path(*file, "the file of the page", base);
        const auto text = path ? file_text(*path, longest_error_page + 1) : FileText{};
        if (text.fault) {
            file->fault("can not be read: " + text.fault.message(), "write the path of a file that can");
        } else if (text.text.size() > longest_error_page) {
            file->fault("is longer than 65536 bytes", "shorten it");
        }
        page.body = text.text;
    }
}

void read_error_pages(const Value& value, HttpServer& server, const std::filesystem::path& base) {
    for (const Value& item : value.entries("a map from status codes to pages", max_error_pages)) {
        const std::uint64_t status = parse_integer(item.node().key).value_or(0);
        if (status < 400 || status > 599)
            item.fault("is no status of an error: " + in_backticks(item.node().key), "write one from 400 to 599");
        ErrorPage page;
        const Fields fields(item, {"content_type", "body", "file"});
        if (const auto type = fields.find("content_type"))
            page.content_type = type->text("a media type, such as text/html").value_or("");
        read_page_body(fields, page, base);
        server.error_pages.insert_or_assign(static_cast<std::uint16_t>(status), std::move(page));
    }
}

void read_headers(const Fields& fields, HttpServer& server) {
    fields.boolean("preserve_host_header", server.preserves_host);
    fields.choice<ForwardedFor>(
        "xff_header_processing", server.forwarded_for,
        {{"append", ForwardedFor::append}, {"preserve", ForwardedFor::preserve}, {"remove", ForwardedFor::remove}});
    fields.boolean("xff_client_port", server.forwarded_for_port);
    fields.boolean("forwarded_header", server.forwarded);
    fields.choice<TraceHeader>("trace_header", server.trace,
                               {{"none", TraceHeader::none},
                                {"amazon", TraceHeader::amazon},
                                {"w3c", TraceHeader::w3c},
                                {"both", TraceHeader::both}});
    fields.boolean("tls_headers", server.tls_headers);
    fields.boolean("server_header", server.server_header);
}

} // namespace

void read_http_attributes(const Fields& fields, HttpServer& server, const std::filesystem::path& base) {
    fields.boolean("http2", server.http2);
    fields.choice<DesyncMode>(
        "desync_mitigation_mode", server.desync,
        {{"monitor", DesyncMode::monitor}, {"defensive", DesyncMode::defensive}, {"strictest", DesyncMode::strictest}});
    fields.boolean("drop_invalid_header_fields", server.drops_invalid_headers);
    read_headers(fields, server);
    read_times(fields, server.timeouts);
    if (const auto limits = fields.find("limits")) read_limits(*limits, server);
    if (const auto pages = fields.find("error_pages")) read_error_pages(*pages, server, base);
    if (const auto log = fields.find("access_log"))
        server.access_log = log->text("the name of a log under `http_logs`").value_or("");
}

} // namespace sallyport::config
