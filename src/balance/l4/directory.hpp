// SPDX-License-Identifier: Apache-2.0
// The directory: the part of the roster that the balancing stage reads. Listeners, target groups and targets as they
// stand, with everything that choosing needs built beforehand. Immutable; positions outlive reloads (slots.hpp), for
// flows hold them.
#pragma once

#include "balance/l4/address_set.hpp"
#include "balance/l4/listener_table.hpp"
#include "chain/slots.hpp"
#include "config/config.hpp"
#include "flow/flow_entry.hpp"
#include "select/weighted_random.hpp"
#include "support/address.hpp"
#include "support/index.hpp"
#include "support/siphash.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sallyport::balance {

/// One TCP or UDP port of one address that new flows can be sent to. The first cache line is read for every packet.
struct alignas(64) Target {
    IpAddress address;
    std::uint16_t port = 0;
    TargetGroupIndex group = no_index;
    /// Its flows are over: both sides get RST. It became unhealthy, or its deregistration delay is over.
    bool ends_flows = false;
    std::uint16_t weight = 0; // as configured; what it gets of it now is in its group's tables

    std::string name;
    std::string zone;
    chain::Standing standing;
    std::uint16_t mitigated_percent = 100; // of its weight: less while it fails more requests than the others
};

struct TargetGroup {
    std::string name;
    config::L4Protocol protocol = config::L4Protocol::tcp;
    config::Algorithm algorithm = config::Algorithm::flow_hash;
    bool preserve_client_ip = true;
    bool direct_server_return = false;
    bool proxy_protocol_v2 = false;
    /// An appliance on the way to its targets is told for whom the gateway opened the connection: it is for one client
    /// alone, and noted before (leg_notes.hpp).
    bool notes_clients = false;
    bool is_http = false;            // targets are spoken HTTP to
    bool is_tls = false;             // and TLS
    bool is_failing_open = false;    // fewer are healthy than shall be, so all registered ones take flows
    std::uint32_t stickiness_ms = 0; // by the client's address; 0: off
    std::vector<IpAddress> source_addresses;
    std::vector<TargetIndex> targets; // those that left included, while flows may be at them
    /// Who takes new flows, and with which weight (share of slow start included). All tables below are of positions
    /// in `takers`; only the one that the algorithm asks is filled.
    std::vector<TargetIndex> takers;
    std::vector<std::uint16_t> weights;
    std::vector<std::uint16_t> maglev;     // flow_hash, ip_hash
    std::vector<std::uint16_t> cycle;      // round_robin
    std::vector<select::AliasRow> aliases; // weighted_random
};

struct Share {
    TargetGroupIndex group = no_index;
    std::uint16_t weight = 1;
};

/// Which sources may open flows. Few prefixes each: looked through in order.
struct SourceRules {
    std::vector<IpPrefix> allow; // empty: everybody
    std::vector<IpPrefix> deny;  // decides before `allow`
    [[nodiscard]] bool admits(const IpAddress& source) const noexcept;
};

/// Where TLS connections go that ask for one of the names.
struct SniRule {
    std::vector<std::string> server_names; // "www.example.org" or "*.example.org"
    std::vector<Share> forward;
};

struct Listener {
    std::string name;
    EndpointIndex endpoint = no_index;
    PortIndex home = no_index; // whose host link has the address
    IpAddress address;
    std::uint16_t port = 0;
    config::L4Protocol protocol = config::L4Protocol::tcp;
    config::ListenerMode mode = config::ListenerMode::rewrite;
    config::TcpMidstream tcp_midstream = config::TcpMidstream::reset;
    std::uint8_t timers = 0; // position in Directory::timers
    std::uint32_t half_open_limit = 0;
    SourceRules sources;
    std::vector<Share> forward; // of HTTP: the default action's, if it forwards
    // Of mode proxy alone:
    bool is_http = false; // served by the L7 threads (serve/plan.hpp), not by the stream proxy
    bool is_tls = false;
    std::vector<SniRule> rules; // go before `forward`, in this order
    std::vector<IpPrefix> proxy_protocol_from;
    std::chrono::milliseconds tcp_idle{0};
    bool is_gone = false; // a reload took it out; flows may live on

    /// Whose packets reach it. A trusted upstream's do: the clients that it names are looked at by the proxy.
    [[nodiscard]] bool admits(const IpAddress& source) const noexcept;
};

struct Directory {
    std::vector<Listener> listeners;
    std::vector<TargetGroup> groups;
    std::vector<Target> targets;
    /// Timeouts that flows go by which have a listener; position 0 is not used: it means the endpoint's. Only ever
    /// appended to, so that a flow's position stays right.
    std::vector<std::array<std::uint32_t, flow::flow_state_count>> timers;
    ListenerTable by_address;         // of those that are not gone
    ListenerTable by_address_of_gone; // whose flows live on
    AddressSet listener_addresses;    // of those that are gone, too
    AddressSet source_addresses;      // in the place of clients'
    AddressSet extra_addresses;       // of both, those that are no port's own
    ListenerTable at_targets;         // addresses and ports; what is found there says nothing
    /// Where decrypted legs lead that may have a chain: addresses and ports of TCP, of any endpoint (0 in the key).
    /// What is found is a position in `leg_groups`: the target groups of which there is a target.
    ListenerTable legs;
    std::vector<std::vector<TargetGroupIndex>> leg_groups;
    std::uint8_t leg_timers = 0; // position in `timers`
    SipKey selection_key;
    /// Some group is sticky by the client's address: one worker has to have all flows of a client.
    bool is_sticky = false;

    [[nodiscard]] bool empty() const noexcept { return listeners.empty(); }
    /// The target groups to which a connection to there may be a decrypted leg; empty: it is none.
    [[nodiscard]] std::span<const TargetGroupIndex> leg_to(const ListenAddress& at) const noexcept {
        if (leg_groups.empty()) return {};
        const std::uint16_t found = legs.find(
            {.address = at.address, .port = at.port, .endpoint = 0, .protocol = at.protocol, .family = at.family});
        return found == no_index ? std::span<const TargetGroupIndex>{} : leg_groups[found];
    }
};

/// Whether a listener or target group of `wanted` is for the IP protocol.
[[nodiscard]] bool takes(config::L4Protocol wanted, std::uint8_t protocol) noexcept;

} // namespace sallyport::balance
