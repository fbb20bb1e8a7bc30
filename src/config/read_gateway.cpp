// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"
#include "config/sections.hpp"

namespace sallyport::config {

namespace {

/// sun_path holds 108 bytes with its terminator (unix(7)).
constexpr std::size_t longest_socket_path = 107;

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
                         "pending_packets", "timeouts", "tcp_midstream", "zone", "fragment_ipv4", "fragmented_packets",
                         "held_fragments", "hash_key"},
                        {"metrics"});
    if (const auto name = fields.find("name"))
        gateway.name = name->name("a name for this gateway").value_or(gateway.name);
    fields.integer("workers", gateway.workers, 1, 16);
    if (const auto admin = fields.find("admin")) read_admin(*admin, gateway.admin, base);
    fields.boolean("busy_poll", gateway.busy_poll);
    fields.choice<Hugepages>(
        "hugepages", gateway.hugepages,
        {{"auto", Hugepages::automatic}, {"require", Hugepages::require}, {"never", Hugepages::never}});
    fields.integer("packet_buffers", gateway.packet_buffers, 1024, 1'048'576);
    fields.integer("flows_per_worker", gateway.flows_per_worker, 1024, 67'108'864);
    fields.integer("pending_packets", gateway.pending_packets, 1, 65'536);
    if (const auto timeouts = fields.find("timeouts")) gateway.timeouts = read_timeouts(*timeouts, gateway.timeouts);
    if (const auto midstream = fields.find("tcp_midstream"))
        gateway.tcp_midstream = read_tcp_midstream(*midstream).value_or(gateway.tcp_midstream);
    if (const auto zone = fields.find("zone")) gateway.zone = zone->name("the zone's name").value_or("");
    fields.boolean("fragment_ipv4", gateway.fragment_ipv4);
    fields.integer("fragmented_packets", gateway.fragmented_packets, 16, 1'048'576);
    fields.integer("held_fragments", gateway.held_fragments, 1, 65'536);
    if (const auto hash_key = fields.find("hash_key")) read_hash_key(*hash_key, gateway.hash_key);
    return gateway;
}

std::optional<std::string> read_path(const Value& value, std::string_view expected, const std::filesystem::path& base) {
    const auto written = value.text(expected);
    if (!written) return std::nullopt;
    return (base / *written).lexically_normal().string();
}

} // namespace sallyport::config
