// SPDX-License-Identifier: Apache-2.0
#include "config/checks.hpp"
#include "config/lookup.hpp"

#include <map>

namespace sallyport::config {

namespace {

/// What two ports on one device have in common; empty for a device that is nobody else's.
std::string device_word(const Device& device) {
    if (const auto* kernel = std::get_if<KernelInterface>(&device))
        return kernel->interface.empty() ? "" : "interface " + in_backticks(kernel->interface);
    if (const auto* pci = std::get_if<PciDevice>(&device))
        return pci->address.empty() ? "" : "PCI device " + in_backticks(pci->address);
    if (const auto* pcap = std::get_if<PcapDevice>(&device))
        return pcap->output.empty() ? "" : "output file " + in_backticks(pcap->output);
    return "";
}

std::string vlan_word(const Port& port) {
    return port.vlan ? "VLAN " + std::to_string(*port.vlan) : "untagged";
}

void check_shared_device(const Port& port, const Port& other, const std::string& device, Findings& findings) {
    if (port.vlan == other.vlan)
        findings.push_back(
            {.path = "ports." + port.name + (port.vlan ? ".vlan" : ""),
             .problem = "uses " + device + ", " + vlan_word(port) + ", as port " + in_backticks(other.name) + " does",
             .advice = "give each port of a device a `vlan` of its own"});
    const auto* kernel = std::get_if<KernelInterface>(&port.device);
    const auto* other_kernel = std::get_if<KernelInterface>(&other.device);
    if (kernel != nullptr && other_kernel != nullptr && kernel->driver != other_kernel->driver)
        findings.push_back(
            {.path = "ports." + port.name + ".driver",
             .problem = "differs from the driver of port " + in_backticks(other.name) + " on the same device",
             .advice = "name the same `driver` for both"});
    const auto* pcap = std::get_if<PcapDevice>(&port.device);
    const auto* other_pcap = std::get_if<PcapDevice>(&other.device);
    if (pcap != nullptr && other_pcap != nullptr && pcap->input != other_pcap->input)
        findings.push_back(
            {.path = "ports." + port.name + ".pcap",
             .problem = "writes the file that port " + in_backticks(other.name) + " writes, and reads another",
             .advice = "name the same two files for ports that share a device, or another `output`"});
}

void check_devices(const Config& config, Findings& findings) {
    std::multimap<std::string, const Port*> users;
    for (const Port& port : config.ports) {
        const std::string device = device_word(port.device);
        if (device.empty()) continue;
        const auto [begin, end] = users.equal_range(device);
        for (auto user = begin; user != end; ++user)
            check_shared_device(port, *user->second, device, findings);
        users.emplace(device, &port);
    }
}

/// A port's host link is a kernel interface too, and must not be taken for a device.
void check_host_links(const Config& config, Findings& findings) {
    for (const Port& port : config.ports) {
        const auto* kernel = std::get_if<KernelInterface>(&port.device);
        if (kernel == nullptr || !kernel->interface.starts_with("sp-")) continue;
        const Port* const linked = find_port(config, std::string_view(kernel->interface).substr(3));
        if (linked == nullptr) continue;
        findings.push_back(
            {.path = "ports." + port.name + ".interface",
             .problem = in_backticks(kernel->interface) + " is the host link of port " + in_backticks(linked->name),
             .advice = "write the interface that the packets arrive at, or rename the port"});
    }
}

void check_addresses_of_one(const Port& port, Findings& findings) {
    for (std::size_t i = 0; i < port.addresses.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (port.addresses[i].address != port.addresses[j].address) continue;
            findings.push_back({.path = at("ports." + port.name + ".addresses", i),
                                .problem = in_backticks(port.addresses[i].address.to_string()) + " is given twice",
                                .advice = "keep one of the two"});
            break;
        }
}

/// Every port has link-local addresses of its own; everything else must lead to one port.
void check_overlap(const Port& port, const Port& other, Findings& findings) {
    for (std::size_t i = 0; i < port.addresses.size(); ++i)
        for (const IpPrefix& theirs : other.addresses) {
            const IpPrefix& ours = port.addresses[i];
            if (ours.address.is_link_local() || !ours.overlaps(theirs)) continue;
            findings.push_back(
                {.path = at("ports." + port.name + ".addresses", i),
                 .problem = "the network " + ours.network().to_string() + " overlaps " + theirs.network().to_string() +
                            " of port " + in_backticks(other.name),
                 .advice = "give each port of an endpoint, and each port of none, a network of its own"});
        }
}

} // namespace

Findings check_ports(const Config& config) {
    Findings findings;
    check_devices(config, findings);
    check_host_links(config, findings);
    std::vector<const Endpoint*> owners;
    for (const Port& port : config.ports) {
        check_addresses_of_one(port, findings);
        owners.push_back(endpoint_of(config, port.name));
        for (std::size_t other = 0; other + 1 < owners.size(); ++other)
            if (owners[other] == owners.back()) check_overlap(port, config.ports[other], findings);
    }
    return findings;
}

} // namespace sallyport::config
