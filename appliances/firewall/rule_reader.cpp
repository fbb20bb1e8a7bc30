// SPDX-License-Identifier: Apache-2.0
#include "firewall/rule_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sallyport::appliances::detail {

namespace {

constexpr std::string_view shape_of_a_rule =
    "write `allow|deny PROTOCOL [from PREFIX [port PORTS]] [to PREFIX [port PORTS]] [containing TEXT]`";

struct ProtocolName {
    std::string_view name;
    std::array<std::uint8_t, 2> numbers;
    std::size_t count;
};

// Numbers: IANA's registry of protocol numbers. One word for ICMP in both IP versions, as in the gateway's policy.
constexpr std::array protocol_names{
    ProtocolName{"any", {}, 0},       ProtocolName{"tcp", {6}, 1},    ProtocolName{"udp", {17}, 1},
    ProtocolName{"icmp", {1, 58}, 2}, ProtocolName{"sctp", {132}, 1}, ProtocolName{"gre", {47}, 1},
    ProtocolName{"esp", {50}, 1},     ProtocolName{"ah", {51}, 1},
};

/// Reads one rule, word by word; every finding is for its line.
class RuleReader {
public:
    RuleReader(Words words, Rule& rule, std::vector<Finding>& findings)
        : words_(std::move(words)), rule_(rule), findings_(findings) {}

    void read() {
        rule_.action = take() == "allow" ? Action::allow : Action::deny;
        read_protocol();
        read_side("from", rule_.from);
        read_side("to", rule_.to);
        if (take_if("containing")) read_text();
        if (next_ < words_.size()) {
            const std::string_view word = words_[next_];
            if (word == "from") {
                complain("`from` stands twice or behind `to`: " + std::string(shape_of_a_rule));
            } else if (word == "port") {
                complain("`port` needs `from PREFIX` or `to PREFIX` before it: write `to any port ...`");
            } else {
                complain("nothing is expected at " + quoted(word) + ": " + std::string(shape_of_a_rule));
            }
        }
        check_ports();
        check_families();
    }

private:
    std::string_view take() { return next_ < words_.size() ? words_[next_++] : std::string_view(); }

    bool take_if(std::string_view word) {
        if (next_ >= words_.size() || words_[next_] != word) return false;
        ++next_;
        return true;
    }

    void complain(std::string message) { findings_.push_back({rule_.line, std::move(message)}); }

    void read_protocol() {
        const std::string_view word = take();
        if (word == "protocol") {
            const std::string_view text = take();
            if (const auto value = number(text, 255)) {
                rule_.protocols = {static_cast<std::uint8_t>(*value)};
            } else {
                complain(quoted(text) + " is no IP protocol number: write one from 0 to 255, as in `protocol 47`");
            }
            return;
        }
        const auto* known = std::find_if(protocol_names.begin(), protocol_names.end(),
                                         [&](const ProtocolName& candidate) { return candidate.name == word; });
        if (known != protocol_names.end()) {
            rule_.protocols.assign(known->numbers.begin(),
                                   known->numbers.begin() + static_cast<std::ptrdiff_t>(known->count));
            return;
        }
        complain((word.empty() ? "the protocol is missing" : quoted(word) + " is no protocol") +
                 ": write any, tcp, udp, icmp, sctp, gre, esp, ah, or `protocol NUMBER`");
    }

    void read_side(std::string_view keyword, Side& side) {
        if (!take_if(keyword)) return;
        read_prefixes(keyword, side);
        if (take_if("port")) read_ports(side);
    }

    void read_prefixes(std::string_view keyword, Side& side) {
        const std::string_view list = take();
        if (list == "any") return;
        const Words texts = split(list, ",");
        if (texts.empty()) {
            complain("behind `" + std::string(keyword) +
                     "` an address is missing: write `any` or one like 192.0.2.0/24");
        }
        for (const std::string_view text : texts) {
            const auto prefix = IpPrefix::parse(text);
            if (!prefix) {
                complain(quoted(text) + " is no prefix: write `any`, 192.0.2.0/24 or 2001:db8::/32, with commas but no "
                                        "blanks between several");
            } else if (!prefix->is_canonical()) {
                complain(quoted(text) + " has bits set behind its length: write " + prefix->network().to_string());
            } else {
                side.prefixes.push_back(*prefix);
            }
        }
    }

    void read_ports(Side& side) {
        const std::string_view list = take();
        const Words texts = split(list, ",");
        if (texts.empty()) complain("behind `port` a number is missing: write 443, 8000-8080 or 80,443");
        for (const std::string_view text : texts) {
            const std::size_t dash = text.find('-');
            const auto first = number(text.substr(0, dash), 65535);
            const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1), 65535);
            if (!first || !last) {
                complain(quoted(text) + " is no port: write 443, 8000-8080 or 80,443, each from 0 to 65535");
            } else if (*first > *last) {
                complain(quoted(text) + " is a range that ends before it begins: write " + std::to_string(*last) + '-' +
                         std::to_string(*first));
            } else {
                side.ports.push_back({static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)});
            }
        }
    }

    /// All words to the line's end, with one blank between each.
    void read_text() {
        while (next_ < words_.size()) {
            if (!rule_.containing.empty()) rule_.containing += ' ';
            rule_.containing += take();
        }
        if (rule_.containing.empty()) complain("behind `containing` a text is missing: write what a packet has in it");
        if (rule_.action == Action::allow)
            complain("`containing` is for `deny` alone: what a flow's later packets have in them is not known yet when "
                     "its first one is judged");
        const auto carries_text = [](std::uint8_t number) {
            return number == protocol::tcp || number == protocol::udp;
        };
        if (rule_.protocols.empty() || !std::all_of(rule_.protocols.begin(), rule_.protocols.end(), carries_text))
            complain("`containing` is only for tcp and udp: write one of these as the protocol");
    }

    void check_ports() {
        if (rule_.from.ports.empty() && rule_.to.ports.empty()) return;
        const auto has_ports = [](std::uint8_t number) {
            return number == protocol::tcp || number == protocol::udp || number == protocol::sctp;
        };
        if (rule_.protocols.empty() || !std::all_of(rule_.protocols.begin(), rule_.protocols.end(), has_ports)) {
            complain("`port` is only for tcp, udp and sctp: write one of these as the protocol, or leave the port out");
        }
    }

    void check_families() {
        const auto only = [](const Side& side, bool v4) {
            return !side.prefixes.empty() && std::all_of(side.prefixes.begin(), side.prefixes.end(),
                                                         [v4](const IpPrefix& p) { return p.address.is_v4() == v4; });
        };
        if ((only(rule_.from, true) && only(rule_.to, false)) || (only(rule_.from, false) && only(rule_.to, true))) {
            complain("no packet goes from IPv4 to IPv6 or back: give both ends prefixes of one family");
        }
    }

    Words words_;
    std::size_t next_ = 0;
    Rule& rule_;
    std::vector<Finding>& findings_;
};

} // namespace

std::optional<unsigned> number(std::string_view text, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
    return value;
}

Words split(std::string_view text, std::string_view separators) {
    Words words;
    std::size_t begin = 0;
    while ((begin = text.find_first_not_of(separators, begin)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

std::string quoted(std::string_view word) {
    return '`' + std::string(word) + '`';
}

void read_rule(Words words, Rule& rule, std::vector<Finding>& findings) {
    RuleReader(std::move(words), rule, findings).read();
}

} // namespace sallyport::appliances::detail
