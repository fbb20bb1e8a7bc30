// SPDX-License-Identifier: Apache-2.0
#include "health/grpc_message.hpp"

#include <cstddef>

namespace sallyport::health {
namespace {

constexpr std::size_t frame_head_bytes = 5; // a byte that says whether it is compressed, four of length
constexpr std::size_t max_varint_bytes = 10;

/// The kinds of fields that protobuf's proto3 writes; groups (3, 4) are of the past.
enum WireType : std::uint64_t { varint = 0, eight_bytes = 1, counted = 2, four_bytes = 5 };

std::uint64_t octet(char c) noexcept {
    return static_cast<unsigned char>(c);
}

void append_varint(std::string& out, std::size_t value) {
    for (; value >= 0x80; value >>= 7U)
        out.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    out.push_back(static_cast<char>(value));
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < max_varint_bytes && i < bytes.size(); ++i) {
        value |= (octet(bytes[i]) & 0x7fU) << (7U * i);
        if ((octet(bytes[i]) & 0x80U) != 0) continue;
        bytes.remove_prefix(i + 1);
        return value;
    }
    return std::nullopt;
}

bool skip(std::string_view& bytes, std::uint64_t count) noexcept {
    if (count > bytes.size()) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    return true;
}

bool skip_field(std::string_view& bytes, std::uint64_t wire_type) noexcept {
    switch (wire_type) {
    case varint:
        return take_varint(bytes).has_value();
    case eight_bytes:
        return skip(bytes, 8);
    case four_bytes:
        return skip(bytes, 4);
    case counted: {
        const auto count = take_varint(bytes);
        return count && skip(bytes, *count);
    }
    default:
        return false;
    }
}

/// The first message without its frame; none: compressed, though we offered nothing to compress with, or cut off.
std::optional<std::string_view> unframed(std::string_view content) noexcept {
    if (content.size() < frame_head_bytes || content[0] != 0) return std::nullopt;
    std::uint64_t length = 0;
    for (std::size_t i = 1; i < frame_head_bytes; ++i)
        length = (length << 8U) | octet(content[i]);
    content.remove_prefix(frame_head_bytes);
    if (length > content.size()) return std::nullopt;
    return content.substr(0, static_cast<std::size_t>(length));
}

} // namespace

std::string framed(std::string_view message) {
    std::string out(1, '\0');
    for (unsigned shift = 32; shift > 0; shift -= 8)
        out.push_back(static_cast<char>((message.size() >> (shift - 8)) & 0xffU));
    return out.append(message);
}

std::string health_request(std::string_view service) {
    if (service.empty()) return framed({}); // proto3 leaves out what has its default
    std::string message(1, static_cast<char>((1U << 3U) | counted));
    append_varint(message, service.size());
    return framed(message.append(service));
}

std::optional<Serving> serving_status(std::string_view content) noexcept {
    const auto message = unframed(content);
    if (!message) return std::nullopt;
    std::string_view rest = *message;
    Serving status = Serving::unknown;
    while (!rest.empty()) {
        const auto key = take_varint(rest);
        if (!key) return std::nullopt;
        if (*key == ((1U << 3U) | varint)) {
            const auto value = take_varint(rest);
            if (!value) return std::nullopt;
            status = static_cast<Serving>(*value); // the last one counts
        } else if (!skip_field(rest, *key & 7U)) {
            return std::nullopt;
        }
    }
    return status;
}

std::string name_of(Serving status) {
    switch (status) {
    case Serving::unknown:
        return "UNKNOWN";
    case Serving::serving:
        return "SERVING";
    case Serving::not_serving:
        return "NOT_SERVING";
    case Serving::service_unknown:
        return "SERVICE_UNKNOWN";
    }
    return std::to_string(static_cast<std::uint64_t>(status));
}

} // namespace sallyport::health
