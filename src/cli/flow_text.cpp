// SPDX-License-Identifier: Apache-2.0
#include "cli/flow_text.hpp"

#include <charconv>
#include <optional>
#include <vector>

namespace sallyport::cli {
namespace {

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::uint8_t icmpv6 = 58;

constexpr std::string_view example = "write it like 'tcp 192.0.2.10:40000 > 203.0.113.11:443'";
constexpr std::string_view example_v6 = "write it like 'tcp [2001:db8:1::10]:40000 > [2001:db8:3::11]:443'";
constexpr std::string_view example_icmp = "write it like 'icmp 192.0.2.10 > 203.0.113.9'";

tl::unexpected<Error> wrong(std::string problem, std::string_view advice) {
    return failure("the flow " + std::move(problem) + "; " + std::string(advice));
}

bool has_ports(std::uint8_t protocol) {
    return protocol == tcp || protocol == udp;
}

/// Words between blanks; `>` is a word of its own even without blanks around it.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    for (const char c : text) {
        const bool is_blank = c == ' ' || c == '\t' || c == '\n';
        if (c == '>') words.emplace_back(">");
        if (is_blank || c == '>') {
            in_word = false;
            continue;
        }
        if (!in_word) words.emplace_back();
        words.back() += c;
        in_word = true;
    }
    return words;
}

template <typename Integer>
std::optional<Integer> parse_number(std::string_view text) {
    Integer number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::uint8_t> parse_protocol(std::string_view word) {
    if (word == "tcp") return tcp;
    if (word == "udp") return udp;
    if (word == "icmp") return icmp;
    if (word == "icmpv6" || word == "icmp6") return icmpv6;
    return parse_number<std::uint8_t>(word);
}

struct Side {
    IpAddress address;
    std::uint16_t port = 0;
};

Result<Side> parse_side(const std::string& word, std::uint8_t protocol) {
    if (!has_ports(protocol)) {
        const bool bracketed = word.size() > 2 && word.front() == '[' && word.back() == ']';
        if (const auto address = IpAddress::parse(bracketed ? word.substr(1, word.size() - 2) : word)) {
            return Side{*address, 0};
        }
        return wrong("names `" + word + "`, which is not an IP address", example_icmp);
    }
    const std::size_t colon = word.rfind(':');
    const bool bracketed = word.front() == '[' && colon != std::string::npos && colon > 1 && word[colon - 1] == ']';
    if (!bracketed && (word.front() == '[' || word.find(':') != colon)) {
        return wrong("has an IPv6 address without brackets or port: `" + word + "`", example_v6);
    }
    if (colon == std::string::npos) return wrong("has no port in `" + word + "`", example);
    const auto address = IpAddress::parse(bracketed ? word.substr(1, colon - 2) : word.substr(0, colon));
    if (!address || address->is_v4() == bracketed) {
        return wrong("names `" + word + "`, which has no IP address before its port", example);
    }
    const auto port = parse_number<std::uint16_t>(std::string_view(word).substr(colon + 1));
    if (!port) return wrong("has no port of 0 to 65535 in `" + word + "`", example);
    return Side{*address, *port};
}

} // namespace

Result<FlowText> parse_flow_text(std::string_view text) {
    const std::vector<std::string> words = split(text);
    if (words.empty()) return wrong("is empty", example);
    const auto protocol = parse_protocol(words[0]);
    if (!protocol) return wrong("begins with `" + words[0] + "`, which is no protocol that is known here", example);
    if (words.size() != 4 || words[2] != ">" || words[1] == ">" || words[3] == ">") {
        return wrong("is not of the form PROTOCOL SOURCE > DESTINATION", has_ports(*protocol) ? example : example_icmp);
    }
    const auto source = parse_side(words[1], *protocol);
    if (!source) return tl::unexpected(source.error());
    const auto destination = parse_side(words[3], *protocol);
    if (!destination) return tl::unexpected(destination.error());
    if (source->address.family() != destination->address.family()) {
        return wrong("goes from one IP version to the other", example);
    }
    const bool is_v6_icmp = *protocol == icmp && !source->address.is_v4() && words[0] == "icmp";
    return FlowText{is_v6_icmp ? icmpv6 : *protocol, source->address, destination->address, source->port,
                    destination->port};
}

std::string protocol_name(std::uint8_t protocol) {
    switch (protocol) {
    case icmp:
        return "icmp";
    case tcp:
        return "tcp";
    case udp:
        return "udp";
    case icmpv6:
        return "icmpv6";
    default:
        return "protocol " + std::to_string(protocol);
    }
}

std::string to_string(const FlowText& flow) {
    const auto side = [&](const IpAddress& address, std::uint16_t port) {
        if (!has_ports(flow.protocol)) return address.to_string();
        const std::string host = address.is_v4() ? address.to_string() : "[" + address.to_string() + "]";
        return host + ":" + std::to_string(port);
    };
    const std::string name = protocol_name(flow.protocol);
    const std::string protocol = name.starts_with("protocol ") ? name.substr(9) : name;
    return protocol + " " + side(flow.source, flow.source_port) + " > " + side(flow.destination, flow.destination_port);
}

} // namespace sallyport::cli
