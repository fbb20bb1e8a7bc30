// SPDX-License-Identifier: Apache-2.0
#include "io/assembly.hpp"

#include "config/lookup.hpp"
#include "io/driver_choice.hpp"
#include "io/kernel_interface.hpp"

#include <algorithm>
#include <spdlog/spdlog.h>
#include <sys/random.h>

namespace sallyport::io {

namespace {

constexpr std::uint32_t buffers_a_queue = 4096;  // of AF_XDP and NICs: both rings full
constexpr std::uint32_t buffers_a_worker = 4096; // in its cache, its bursts, and its inbound rings
constexpr std::uint64_t other_bytes = 64U << 20U;

/// Receive queues that hold buffers of the pool. AF_PACKET's have memory of their own.
unsigned buffer_queues(const config::Device& device, unsigned workers) {
    if (const auto* kernel = std::get_if<config::KernelInterface>(&device)) {
        return kernel->driver == config::Driver::af_packet
                   ? 0
                   : std::min(interface_channels(kernel->interface), max_queues);
    }
    return std::holds_alternative<config::PciDevice>(device) ? workers : 0;
}

void fill_randomly(void* bytes, std::size_t count) {
    auto* place = static_cast<std::uint8_t*>(bytes);
    while (count > 0) {
        const ssize_t got = ::getrandom(place, count, 0);
        if (got <= 0) continue; // interrupted by a signal
        place += got;
        count -= static_cast<std::size_t>(got);
    }
}

SipKey random_key() {
    SipKey key;
    fill_randomly(&key, sizeof key);
    return key;
}

MacAddress random_mac() {
    MacAddress mac;
    fill_randomly(mac.bytes.data(), mac.bytes.size());
    mac.bytes[0] = static_cast<std::uint8_t>((mac.bytes[0] & 0xfcU) | 0x02U); // unicast, locally administered
    return mac;
}

} // namespace

MemoryPlan plan_memory(const config::Config& config, const DevicePlans& plans) {
    const unsigned workers = config.gateway.workers;
    std::uint32_t least = workers * buffers_a_worker;
    for (const DevicePlan& plan : plans.devices)
        least += buffer_queues(plan.device, workers) * buffers_a_queue;
    MemoryPlan memory;
    memory.packet_buffers = std::max(config.gateway.packet_buffers, least);
    memory.room_bytes = buffer_room_bytes(plans.largest_mtu);
    memory.needed_bytes = memory.packet_buffers * buffer_bytes(memory.room_bytes) + other_bytes;
    if (memory.packet_buffers > config.gateway.packet_buffers) {
        spdlog::info("{} packet buffers instead of {}, so that the devices' rings leave enough", memory.packet_buffers,
                     config.gateway.packet_buffers);
    }
    return memory;
}

Result<StartedEal> start_eal(const config::Config& config, const DevicePlans& plans, const MemoryPlan& memory,
                             bool verbose) {
    EalFacts facts = machine_facts();
    facts.wanted = config.gateway.hugepages;
    facts.needed_bytes = memory.needed_bytes;
    facts.verbose = verbose;
    for (const DevicePlan& plan : plans.devices) {
        if (const auto* pci = std::get_if<config::PciDevice>(&plan.device)) facts.pci_addresses.push_back(pci->address);
    }
    const auto plan = plan_eal(facts);
    if (!plan) return tl::unexpected(plan.error());
    auto eal = Eal::start(*plan, verbose);
    if (!eal) return tl::unexpected(eal.error());
    spdlog::info("{}", plan->reason);
    return StartedEal{std::move(*eal), plan->hugepages};
}

Result<void> open_devices(Station& station, const config::Config& config, const DevicePlans& plans, Netlink& netlink,
                          bool hugepages) {
    const DeviceContext context{.buffers = *station.buffers,
                                .netlink = netlink,
                                .config = config,
                                .workers = config.gateway.workers,
                                .largest_mtu = plans.largest_mtu,
                                .hugepages = hugepages};
    station.ports = plans.ports;
    for (const DevicePlan& plan : plans.devices) {
        const auto number = static_cast<unsigned>(station.devices.size());
        auto device = std::make_unique<Device>(plan, number);
        if (auto done = device->open(context); !done) return done;
        station.devices.push_back(std::move(device));
    }
    return {};
}

std::vector<MacAddress> port_macs(const Station& station, const config::Config& config) {
    std::vector<MacAddress> macs;
    for (std::size_t port = 0; port < config.ports.size(); ++port) {
        const MacAddress of_device = station.devices[station.ports[port].device]->mac();
        const MacAddress fallback = of_device.is_zero() ? random_mac() : of_device;
        macs.push_back(config.ports[port].mac.value_or(fallback));
    }
    return macs;
}

Result<void> open_host_links(Station& station, const config::Config& config, Netlink& netlink,
                             const std::vector<MacAddress>& macs) {
    for (std::size_t index = 0; index < config.ports.size(); ++index) {
        const config::Port& port = config.ports[index];
        std::vector<IpAddress> answered_for;
        for (const config::ExtraAddress& extra : config::extra_addresses(config)) {
            if (extra.port == port.name) answered_for.push_back(extra.address);
        }
        auto link = HostLink::create(netlink, {.port = port.name,
                                               .mac = macs[index],
                                               .mtu = port.mtu,
                                               .addresses = port.addresses,
                                               .answered_for = std::move(answered_for)});
        if (!link) return tl::unexpected(link.error());
        station.host_links.push_back(std::move(*link));
    }
    return {};
}

PortIndex route_port(const config::Config& config, const config::Route& route) {
    const auto serves = [&](const config::Port& port) {
        if (!route.endpoint) return true;
        const auto endpoint = std::ranges::find(config.endpoints, *route.endpoint, &config::Endpoint::name);
        return endpoint != config.endpoints.end() &&
               std::ranges::find(endpoint->ports, port.name) != endpoint->ports.end();
    };
    for (std::size_t index = 0; index < config.ports.size(); ++index) {
        const config::Port& port = config.ports[index];
        const bool holds =
            std::ranges::any_of(port.addresses, [&](const IpPrefix& own) { return own.contains(route.via); });
        if (holds && serves(port)) return static_cast<PortIndex>(index);
    }
    return no_index;
}

Result<void> install_routes(const Station& station, const config::Config& config, Netlink& netlink) {
    for (const config::Route& route : config.routes) {
        const std::string text = "route " + route.destination.to_string() + " via " + route.via.to_string();
        const PortIndex port = route_port(config, route);
        if (port == no_index)
            return failure(text + ": no port's prefix holds the next hop; give a port an address beside it");
        const auto done = netlink.add_route(station.host_links[port].interface(), route.destination, route.via);
        if (!done) return failure(text + " can not be installed: " + done.error().message);
    }
    return {};
}

HostLinkIndex index_host_links(const Station& station) {
    HostLinkIndex index;
    for (std::size_t port = 0; port < station.host_links.size(); ++port) {
        index[station.host_links[port].interface()] = static_cast<PortIndex>(port);
    }
    return index;
}

journey::WorkerKeys make_worker_keys() {
    return {.table = random_key(), .cookie = random_key()};
}

} // namespace sallyport::io
