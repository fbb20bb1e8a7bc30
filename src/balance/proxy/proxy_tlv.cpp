// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/proxy_tlv.hpp"

#include <algorithm>

namespace sallyport::balance {
namespace {

constexpr std::size_t tlv_header_size = 3;

} // namespace

std::string endpoint_id_text(std::uint64_t id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text = "0x";
    for (unsigned shift = 64; shift > 0; shift -= 4)
        text += digits[(id >> (shift - 4)) & 0xFU];
    return text;
}

std::vector<std::uint8_t> aws_endpoint_value(std::uint64_t id) {
    const std::string text = endpoint_id_text(id);
    std::vector<std::uint8_t> value(1 + text.size(), aws_subtype_endpoint_id);
    std::copy(text.begin(), text.end(), value.begin() + 1);
    return value;
}

bool TlvReader::next(Tlv& tlv) noexcept {
    if (rest_.empty() || !is_sound_) return false;
    const std::size_t length = rest_.size() < tlv_header_size ? 0 : (std::size_t{rest_[1]} << 8U) | rest_[2];
    if (rest_.size() < tlv_header_size || rest_.size() - tlv_header_size < length) {
        is_sound_ = false;
        return false;
    }
    tlv = {static_cast<TlvType>(rest_[0]), rest_.subspan(tlv_header_size, length)};
    rest_ = rest_.subspan(tlv_header_size + length);
    return true;
}

} // namespace sallyport::balance
