// SPDX-License-Identifier: Apache-2.0
// The sections `http` and `http_logs`: who serves HTTP, and where requests and connections are written down.
#include "config/http_sections.hpp"
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

/// "-" is standard output.
void read_output(const Fields& fields, std::string_view key, std::string& out, const std::filesystem::path& base) {
    const auto value = fields.find(key);
    if (!value) return;
    if (value->node().kind == Node::Kind::scalar && value->node().text == "-") {
        out = "-";
    } else {
        out = read_path(*value, "the file to write, or `-` for standard output", base).value_or("");
    }
}

HttpLog read_http_log(const Value& value, const std::filesystem::path& base) {
    HttpLog log;
    log.name = value.key();
    log.line = value.line();
    const Fields fields(value, {"format", "requests", "connections", "file_size", "files"});
    fields.choice<HttpLogFormat>("format", log.format, {{"alb", HttpLogFormat::alb}, {"json", HttpLogFormat::json}});
    read_output(fields, "requests", log.requests, base);
    read_output(fields, "connections", log.connections, base);
    fields.integer("file_size", log.file_bytes, least_log_bytes, most_log_bytes);
    fields.integer("files", log.files, 1, most_log_files);
    if (fields && !fields.has("requests") && !fields.has("connections"))
        value.fault("writes nothing down", "add `requests: FILE`, `connections: FILE`, or both");
    return log;
}

} // namespace

HttpSettings read_http_settings(const Value& section, const std::filesystem::path& base) {
    HttpSettings settings;
    const Fields fields(section, {"threads", "connections", "cookie_keys"});
    fields.integer("threads", settings.threads, 1, 16);
    fields.integer("connections", settings.connections, 1, 10'000'000);
    if (const auto keys = fields.find("cookie_keys"))
        settings.cookie_keys = read_path(*keys, "the file of the cookies' keys", base).value_or("");
    return settings;
}

std::vector<HttpLog> read_http_logs(const Value& section, const std::filesystem::path& base) {
    std::vector<HttpLog> logs;
    for (const Value& value : section.named("a map from names to logs", max_http_logs))
        logs.push_back(read_http_log(value, base));
    return logs;
}

} // namespace sallyport::config
