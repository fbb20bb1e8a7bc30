// SPDX-License-Identifier: Apache-2.0
#include "journey/owner.hpp"

#include "balance/l4/source_ports.hpp"
#include "journey/wire.hpp"

namespace sallyport::journey {
namespace {

struct KeySide {
    balance::ListenAddress at;
    bool is_listener = false;
    bool is_source = false; // the gateway's, in place of a client's
    bool is_target = false;
};

[[nodiscard]] KeySide look_at(const balance::Directory& directory, const flow::FlowKey& key, bool high) noexcept {
    KeySide side;
    side.at = {.address = high ? key.high : key.low,
               .port = high ? key.high_port() : key.low_port(),
               .endpoint = key.endpoint(),
               .protocol = key.protocol(),
               .family = key.family()};
    const bool has_ports = side.at.protocol == protocol_tcp || side.at.protocol == protocol_udp;
    side.is_listener =
        directory.by_address.find(side.at) != no_index || directory.by_address_of_gone.find(side.at) != no_index;
    side.is_source = has_ports && directory.source_addresses.contains(side.at);
    // By its port, too: a target may be another listener's client.
    side.is_target = directory.at_targets.find(side.at) != no_index;
    return side;
}

[[nodiscard]] unsigned owner_by_side(const Round& round, const KeySide& side) noexcept {
    // All flows of a client come to one worker when targets are remembered by client.
    const std::uint16_t port = round.around.roster.directory->is_sticky ? std::uint16_t{0} : side.at.port;
    const std::uint64_t hash =
        siphash13<3>(round.worker.settings.keys.table,
                     {side.at.address[0], side.at.address[1], std::uint64_t{port} << 16 | side.at.endpoint});
    return flow::owner(hash, round.worker.settings.count);
}

} // namespace

unsigned owner_with_listeners(const Round& round, const Packet& packet) noexcept {
    const unsigned workers = round.worker.settings.count;
    const balance::Directory& directory = directory_of(round.around.roster);
    const KeySide low = look_at(directory, packet.key, false);
    const KeySide high = look_at(directory, packet.key, true);
    if (low.is_listener != high.is_listener) return owner_by_side(round, low.is_listener ? high : low);
    if (low.is_source != high.is_source) return (low.is_source ? low : high).at.port % workers;
    if (low.is_target != high.is_target) return owner_by_side(round, low.is_target ? high : low);
    return flow::owner(packet.hash, workers);
}

} // namespace sallyport::journey
