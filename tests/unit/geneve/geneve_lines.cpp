// SPDX-License-Identifier: Apache-2.0
// For the oracle scripts beside it: our decoder and encoder on lines of text. Reads from standard input
//   decode HEX
//   verdict KIND SECONDS BYTES                                         (numbers in hexadecimal)
//   encode PROTOCOL_TYPE VNI CONTROL HEADROOM [CLASS:TYPE:HEX ...]     (numbers in hexadecimal, HEX may be `-`)
// and answers each with one line of JSON, or the hexadecimal bytes (`nothing` when there is no room).
#include "geneve/encode.hpp"
#include "geneve/verdict.hpp"
#include "packets.hpp"

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>

using namespace sallyport::geneve;
using test::Bytes;

namespace {

std::string to_hex(std::span<const std::uint8_t> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string options_as_json(std::span<const std::uint8_t> options) {
    std::ostringstream out;
    OptionReader reader(options);
    Option option;
    const char* separator = "";
    while (reader.next(option)) {
        out << separator << "{\"class\":" << option.option_class << ",\"type\":" << unsigned{option.type}
            << ",\"critical\":" << option.critical() << ",\"data\":\"" << to_hex(option.data) << "\"}";
        separator = ",";
    }
    return out.str();
}

void decode_line(const Bytes& packet) {
    Decoded decoded;
    const Fault fault = decode(packet, decoded);
    std::cout << std::boolalpha << "{\"fault\":\"" << name(fault) << '"';
    if (fault == Fault::none) {
        GwlbOptions gwlb;
        const Fault gwlb_fault = read_gwlb_options(decoded.options, gwlb);
        std::cout << ",\"control\":" << decoded.header.control << ",\"critical\":" << decoded.header.critical
                  << ",\"protocol_type\":" << decoded.header.protocol_type << ",\"vni\":" << decoded.header.vni
                  << ",\"options\":[" << options_as_json(decoded.options) << "],\"payload\":\""
                  << to_hex(decoded.payload) << "\",\"gwlb_fault\":\"" << name(gwlb_fault)
                  << "\",\"complete\":" << gwlb.complete() << ",\"endpoint_id\":" << gwlb.endpoint_id
                  << ",\"attachment_id\":" << gwlb.attachment_id << ",\"flow_cookie\":" << gwlb.flow_cookie;
        const ReadVerdict read = read_verdict(decoded.options);
        std::cout << ",\"verdict\":" << unsigned(read.option.verdict) << ",\"seconds\":" << read.option.seconds
                  << ",\"bytes\":" << read.option.bytes;
    }
    std::cout << "}\n";
}

void verdict_line(std::istringstream& words) {
    unsigned kind = 0;
    VerdictOption option;
    words >> std::hex >> kind >> option.seconds >> option.bytes;
    option.verdict = static_cast<FlowVerdict>(kind);
    Bytes bytes(verdict_option_size);
    write_verdict(std::span(bytes).first<verdict_option_size>(), option);
    std::cout << to_hex(bytes) << '\n';
}

void encode_line(std::istringstream& words) {
    unsigned protocol_type = 0;
    unsigned vni = 0;
    unsigned control = 0;
    std::size_t headroom = 0;
    words >> std::hex >> protocol_type >> vni >> control >> headroom;
    std::vector<test::StoredOption> stored;
    for (std::string word; words >> word;) {
        unsigned option_class = 0;
        unsigned type = 0;
        int data_at = 0;
        if (std::sscanf(word.c_str(), "%x:%x:%n", &option_class, &type, &data_at) < 2) continue;
        const std::string data = word.substr(static_cast<std::size_t>(data_at));
        stored.push_back({static_cast<std::uint16_t>(option_class), static_cast<std::uint8_t>(type),
                          data == "-" ? Bytes{} : test::from_hex(data)});
    }
    Bytes room(headroom);
    const auto written =
        encode_in_front(room, {static_cast<std::uint16_t>(protocol_type), vni, control != 0}, test::views(stored));
    std::cout << (written ? to_hex(*written) : "nothing") << '\n';
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "decode") {
            std::string hex;
            words >> hex;
            decode_line(test::from_hex(hex));
        } else if (command == "verdict") {
            verdict_line(words);
        } else if (command == "encode") {
            encode_line(words);
        } else {
            std::cerr << "write `decode HEX`, `verdict ...` or `encode ...`, not: " << line << '\n';
            return 2;
        }
    }
}
