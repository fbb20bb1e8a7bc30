// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

using namespace std::chrono_literals;

/// sun_path holds 108 bytes with its terminator (unix(7)).
constexpr std::size_t longest_socket_path = 107;

FlowTimeouts read_timeouts(const Value& section) {
    FlowTimeouts timeouts;
    const Fields fields(section, {"tcp_idle", "tcp_half_open", "tcp_closing", "udp", "other"});
    fields.duration("tcp_idle", timeouts.tcp_idle, 1s);
    fields.duration("tcp_half_open", timeouts.tcp_half_open, 100ms);
    fields.duration("tcp_closing", timeouts.tcp_closing, 100ms);
    fields.duration("udp", timeouts.udp, 100ms);
    fields.duration("other", timeouts.other, 100ms);
    return timeouts;
}

void read_name(const Value& value, std::string& name) {
    const auto written = value.text("a name for this gateway");
    if (!written) return;
    if (!is_name(*written)) {
        value.fault_is_not("a name",
                           "begin with a letter or digit, then write letters, digits, `_` and `-`, 63 in all");
    } else {
        name = *written;
    }
}

void read_admin(const Value& value, std::string& admin, const std::filesystem::path& base) {
    const auto path = read_path(value, "the path of the admin socket", base);
    if (!path) return;
    if (path->size() > longest_socket_path) {
        value.fault("is longer than a Unix socket's path can be (107 bytes)", "write a shorter path");
    } else {
        admin = *path;
    }
}

void read_hash_key(const Value& value, std::optional<std::array<std::uint8_t, 16>>& key) {
    const auto written = value.text("32 hex digits");
    if (!written) return;
    key = parse_hash_key(*written);
    // The key is a secret: it is not repeated in what may end in a log.
    if (!key) value.fault("is not 32 hex digits", "write the output of `openssl rand -hex 16`");
}

} // namespace

Gateway read_gateway(const Value& section, const std::filesystem::path& base) {
    Gateway gateway;
    gateway.line = section.line();
    const Fields fields(section,
                        {"name", "workers", "admin", "busy_poll", "hugepages", "packet_buffers", "flows_per_worker",
                         "pending_packets", "timeouts", "tcp_midstream", "hash_key"},
                        {"metrics"});
    if (const auto name = fields.find("name")) read_name(*name, gateway.name);
    fields.integer("workers", gateway.workers, 1, 16);
    if (const auto admin = fields.find("admin")) read_admin(*admin, gateway.admin, base);
    fields.boolean("busy_poll", gateway.busy_poll);
    fields.choice<Hugepages>(
        "hugepages", gateway.hugepages,
        {{"auto", Hugepages::automatic}, {"require", Hugepages::require}, {"never", Hugepages::never}});
    fields.integer("packet_buffers", gateway.packet_buffers, 1024, 1'048'576);
    fields.integer("flows_per_worker", gateway.flows_per_worker, 1024, 67'108'864);
    fields.integer("pending_packets", gateway.pending_packets, 1, 65'536);
    if (const auto timeouts = fields.find("timeouts")) gateway.timeouts = read_timeouts(*timeouts);
    fields.choice<TcpMidstream>("tcp_midstream", gateway.tcp_midstream,
                                {{"drop", TcpMidstream::drop}, {"adopt", TcpMidstream::adopt}});
    if (const auto hash_key = fields.find("hash_key")) read_hash_key(*hash_key, gateway.hash_key);
    return gateway;
}

std::optional<std::string> read_path(const Value& value, std::string_view expected, const std::filesystem::path& base) {
    const auto written = value.text(expected);
    if (!written) return std::nullopt;
    return (base / *written).lexically_normal().string();
}

} // namespace sallyport::config
