// SPDX-License-Identifier: Apache-2.0
// Bytes that live as long as a message: what the views of its head point into. Cleared, it keeps its first block for
// the next message, so that a connection's requests allocate nothing in the long run.
#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sallyport::http {

class TextArena {
public:
    explicit TextArena(std::size_t block_bytes = 4096) noexcept : block_bytes_(block_bytes) {}

    /// Where `size` bytes may be written; they never move.
    [[nodiscard]] char* take(std::size_t size) {
        if (size > room_) grow(size);
        char* const bytes = next_;
        next_ += size;
        room_ -= size;
        return bytes;
    }
    [[nodiscard]] std::string_view copy(std::string_view text) { return join({text}); }
    [[nodiscard]] std::string_view join(std::initializer_list<std::string_view> parts) {
        std::size_t size = 0;
        for (const std::string_view part : parts)
            size += part.size();
        char* const begin = take(size);
        char* to = begin;
        for (const std::string_view part : parts) {
            if (part.empty()) continue;
            std::memcpy(to, part.data(), part.size());
            to += part.size();
        }
        return {begin, size};
    }
    /// All views into it are void.
    void clear() noexcept {
        if (blocks_.size() > 1) blocks_.resize(1);
        next_ = blocks_.empty() ? nullptr : blocks_.front().get();
        room_ = blocks_.empty() ? 0 : first_size_;
    }
    /// Gives its memory back as well.
    void release() noexcept {
        std::vector<std::unique_ptr<char[]>>().swap(blocks_); // `= {}` would be an initializer list's
        next_ = nullptr;
        room_ = 0;
    }

private:
    void grow(std::size_t size) {
        const std::size_t wanted = size > block_bytes_ ? size : block_bytes_;
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(wanted));
        if (blocks_.size() == 1) first_size_ = wanted;
        next_ = blocks_.back().get();
        room_ = wanted;
    }

    std::size_t block_bytes_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t first_size_ = 0;
    char* next_ = nullptr;
    std::size_t room_ = 0;
};

} // namespace sallyport::http
