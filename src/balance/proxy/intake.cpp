// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/intake.hpp"

namespace sallyport::balance {

Intake::State Intake::add(std::span<const std::uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return state_ == State::needs_more ? state_ = proceed() : state_;
}

Intake::State Intake::proceed() {
    if (wish_.expects_header && !has_header_) {
        if (const State state = read_header(); state != State::done) return state;
    }
    return wish_.wants_hello ? read_hello() : State::done;
}

Intake::State Intake::read_header() {
    const ProxyReading reading = read_proxy_header(bytes_);
    if (reading.state == Reading::needs_more) return State::needs_more;
    header_fault_ = reading.fault;
    if (reading.state == Reading::malformed) return State::bad_header;
    has_header_ = true;
    header_ = reading.header;
    tlvs_size_ = header_.tlvs.size();
    tlvs_at_ = header_.size - tlvs_size_;
    return State::done;
}

Intake::State Intake::read_hello() {
    switch (reader_.read(payload())) {
    case ClientHelloReader::State::needs_more:
        return State::needs_more;
    case ClientHelloReader::State::done:
        return State::done;
    case ClientHelloReader::State::failed:
        break;
    }
    // Not TLS at all is something that a rule can send somewhere; a broken hello is not.
    return reader_.fault() == HelloFault::not_tls ? State::done : State::bad_hello;
}

std::string_view Intake::sentence() const noexcept {
    return state_ == State::bad_header ? describe(header_fault_) : describe(reader_.fault());
}

std::span<const std::uint8_t> Intake::tlvs() const noexcept {
    return std::span<const std::uint8_t>(bytes_).subspan(tlvs_at_, tlvs_size_);
}

const ClientHello* Intake::hello() const noexcept {
    const bool is_read = wish_.wants_hello && state_ == State::done && reader_.fault() == HelloFault::none;
    return is_read ? &reader_.hello() : nullptr;
}

std::span<const std::uint8_t> Intake::payload() const noexcept {
    return std::span<const std::uint8_t>(bytes_).subspan(header_.size);
}

std::vector<std::uint8_t> Intake::take_payload() {
    tlvs_at_ = tlvs_size_ = 0;
    std::vector<std::uint8_t> payload = std::move(bytes_);
    bytes_.clear();
    payload.erase(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(header_.size));
    return payload;
}

} // namespace sallyport::balance
