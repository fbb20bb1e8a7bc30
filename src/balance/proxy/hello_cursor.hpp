// SPDX-License-Identifier: Apache-2.0
// Walks over the bytes of a handshake message that lies in several TLS records, stepping over the records' headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace sallyport::balance {

inline constexpr std::size_t tls_record_header_size = 5; // type, version, length: RFC 8446 5.1

/// Stands on a byte of the message. Fields that nest are handled by ends: positions in the message that must not be
/// passed. What overruns its end makes the cursor unsound for good, and reads as zero.
class HelloCursor {
public:
    /// `records` begin with a record's header, and hold at least `message_size` bytes of the message.
    HelloCursor(std::span<const std::uint8_t> records, std::size_t message_size) noexcept
        : records_(records), end_(message_size) {}

    [[nodiscard]] bool is_sound() const noexcept { return is_sound_; }
    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t end() const noexcept { return end_; }
    [[nodiscard]] bool is_at_end() const noexcept { return position_ == end_ || !is_sound_; }

    [[nodiscard]] std::size_t number(unsigned size) noexcept {
        std::size_t value = 0;
        if (!has(size)) return 0;
        for (unsigned i = 0; i < size; ++i)
            value = (value << 8U) | next();
        return value;
    }
    void skip(std::size_t size) noexcept {
        if (!has(size)) return;
        while (size > 0)
            size -= step(size);
    }
    /// A vector with a length of `length_size` bytes in front, skipped.
    void skip_vector(unsigned length_size) noexcept { skip(number(length_size)); }
    [[nodiscard]] std::string text(std::size_t size) {
        std::string text;
        if (!has(size)) return text;
        text.reserve(size);
        for (; size > 0; --size)
            text += static_cast<char>(next());
        return text;
    }
    /// From now on nothing past the next `size` bytes. Gives the end that held until now, for leave().
    [[nodiscard]] std::size_t enter(std::size_t size) noexcept {
        const std::size_t outer = end_;
        if (has(size)) end_ = position_ + size;
        return outer;
    }
    void leave(std::size_t outer) noexcept { end_ = outer; }

private:
    bool has(std::size_t size) noexcept {
        is_sound_ = is_sound_ && size <= end_ - position_;
        return is_sound_;
    }
    /// Into the next record, when this one has been read.
    void settle() noexcept {
        while (left_in_record_ == 0) {
            left_in_record_ = (std::size_t{records_[at_ + 3]} << 8U) | records_[at_ + 4];
            at_ += tls_record_header_size;
        }
    }
    std::size_t step(std::size_t size) noexcept {
        settle();
        const std::size_t taken = size < left_in_record_ ? size : left_in_record_;
        at_ += taken;
        left_in_record_ -= taken;
        position_ += taken;
        return taken;
    }
    std::uint8_t next() noexcept {
        settle();
        const std::uint8_t byte = records_[at_];
        step(1);
        return byte;
    }

    std::span<const std::uint8_t> records_;
    std::size_t end_;
    std::size_t at_ = 0;
    std::size_t left_in_record_ = 0;
    std::size_t position_ = 0;
    bool is_sound_ = true;
};

} // namespace sallyport::balance
