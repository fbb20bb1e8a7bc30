// SPDX-License-Identifier: Apache-2.0
#include "config/lookup.hpp"
#include "config/scalar.hpp"
#include "config/sections.hpp"

#include <algorithm>

namespace sallyport::config {

namespace {

/// The host link is called sp-NAME, and Linux takes 15 characters.
constexpr std::size_t longest_port_name = 12;

void check_name(const Value& port) {
    const std::string name = port.key();
    const bool fits = name.size() <= longest_port_name && std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                      });
    // What is no name at all was reported where names are read.
    if (is_name(name) && !fits)
        port.fault(in_backticks(name) + " cannot be a port's name",
                   "write at most 12 lower-case letters, digits and `-`: the host link is called sp-NAME, and Linux "
                   "takes 15 characters");
}

KernelInterface read_interface(const Value& value, const Fields& port) {
    KernelInterface device;
    if (const auto written = value.text("the name of a network interface")) {
        if (is_interface_name(*written)) {
            device.interface = *written;
        } else {
            value.fault_is_not("an interface name", "write a name that `ip link` lists, at most 15 characters");
        }
    }
    port.choice<Driver>("driver", device.driver,
                        {{"auto", Driver::automatic}, {"af_xdp", Driver::af_xdp}, {"af_packet", Driver::af_packet}});
    return device;
}

PciDevice read_pci(const Value& value) {
    constexpr std::string_view expected = "a PCI address, such as 0000:03:00.0";
    const auto written = value.text(expected);
    if (!written) return {};
    auto address = parse_pci_address(*written);
    if (!address) value.fault_is_not("a PCI address", "write " + std::string(expected) + " (`lspci -D` lists them)");
    return {address.value_or("")};
}

PcapDevice read_pcap(const Value& value, const std::filesystem::path& base) {
    PcapDevice device;
    const Fields fields(value, {"input", "output"});
    if (!fields) return device;
    if (const auto input = fields.find("input"))
        device.input = read_path(*input, "the capture file to read", base).value_or("");
    if (const auto output = fields.find("output"))
        device.output = read_path(*output, "the capture file to write", base).value_or("");
    if (!fields.has("input") && !fields.has("output"))
        value.fault("names no file", "write `input: FILE`, `output: FILE` or both");
    return device;
}

Device read_device(const Fields& port, const std::filesystem::path& base) {
    std::vector<std::string_view> given;
    for (const std::string_view key : {"interface", "pci", "pcap", "null"})
        if (port.has(key)) given.push_back(key);
    if (given.size() != 1) {
        port.map().fault(given.empty() ? "has no device" : "has " + std::to_string(given.size()) + " devices",
                         "write exactly one of `interface`, `pci`, `pcap` and `null`");
    }
    const auto driver = port.find("driver");
    if (driver && !port.has("interface"))
        driver->fault("belongs to an `interface` only", "remove it, or name the interface");
    if (const auto interface = port.find("interface")) return read_interface(*interface, port);
    if (const auto pci = port.find("pci")) return read_pci(*pci);
    if (const auto pcap = port.find("pcap")) return read_pcap(*pcap, base);
    if (const auto null = port.find("null"); null && null->boolean() == false)
        null->fault("can only be true", "write `null: true`, or another device");
    return NullDevice{};
}

/// Why an address cannot be a port's own; empty when it can.
std::string_view unfit(const IpPrefix& own) {
    if (own.address.is_unspecified() || own.address.is_multicast() || own.address.is_loopback())
        return "is not an address that a port can have";
    if (own.length == 0) return "has a prefix that holds every address there is";
    if (!is_edge(own, own.address)) return {};
    return own.is_canonical() ? "is the address of the network itself" : "is the broadcast address of its network";
}

std::optional<IpPrefix> read_own_address(const Value& value) {
    constexpr std::string_view expected =
        "an address of the port and the prefix length of its network, such as 192.0.2.1/24";
    const auto written = value.text(expected);
    if (!written) return std::nullopt;
    const auto own = IpPrefix::parse(*written);
    if (!own || written->find('/') == std::string::npos) {
        value.fault_is_not("an address with a prefix length", "write " + std::string(expected));
        return std::nullopt;
    }
    const std::string_view problem = unfit(*own);
    if (problem.empty()) return own;
    value.fault(std::string(problem) + ": " + in_backticks(*written), "write " + std::string(expected));
    return std::nullopt;
}

void read_mac(const Value& value, std::optional<MacAddress>& out) {
    constexpr std::string_view expected = "a unicast MAC address, such as 02:00:5e:00:53:01";
    const auto written = value.text(expected);
    if (!written) return;
    const auto mac = MacAddress::parse(*written);
    if (mac && !mac->is_zero() && !mac->is_multicast()) {
        out = mac;
    } else {
        value.fault_is_not("a unicast MAC address", "write " + std::string(expected));
    }
}

Port read_port(const Value& value, const std::filesystem::path& base) {
    Port port;
    port.name = value.key();
    port.line = value.line();
    port.device = NullDevice{};
    check_name(value);
    const Fields fields(value, {"interface", "driver", "pci", "pcap", "null", "vlan", "addresses", "mtu", "mac"});
    if (!fields) return port;
    port.device = read_device(fields, base);
    if (const auto vlan = fields.find("vlan"))
        if (const auto id = vlan->integer(1, 4094)) port.vlan = static_cast<std::uint16_t>(*id);
    if (const auto addresses = fields.find("addresses"))
        for (const Value& item : addresses->items("a list, such as [192.0.2.1/24]", max_addresses_per_port))
            if (const auto own = read_own_address(item)) port.addresses.push_back(*own);
    fields.integer("mtu", port.mtu, 1280, 9216);
    if (const auto mac = fields.find("mac")) read_mac(*mac, port.mac);
    return port;
}

} // namespace

std::vector<Port> read_ports(const Value& section, const std::filesystem::path& base) {
    std::vector<Port> ports;
    for (const Value& value : section.named("a map from port names to ports", max_ports))
        ports.push_back(read_port(value, base));
    if (section.node().kind == Node::Kind::map && section.node().children.empty())
        section.fault("holds no port", "write at least one, such as `north: {interface: eth1}`");
    return ports;
}

} // namespace sallyport::config
