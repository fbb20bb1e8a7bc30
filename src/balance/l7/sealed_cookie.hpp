// SPDX-License-Identifier: Apache-2.0
// Which target does a client belong to, in a text that only gateways with the same keys can write or read: AES-256-GCM
// (NIST SP 800-38D) in base64url (RFC 4648 5).
#pragma once

#include "balance/l7/unix_time.hpp"
#include "support/address.hpp"
#include "support/random.hpp"
#include "support/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_cipher_ctx_st;

namespace sallyport::l7 {

enum class SealedKind : std::uint8_t { load_balancer = 1, group = 2, application = 3 };

/// Names are hashed, addresses too: a cookie outlives reloads, and is good at every gateway with the same keys.
struct StickyContent {
    SealedKind kind = SealedKind::load_balancer;
    std::uint64_t group = 0;          // group_identity()
    std::uint64_t target = 0;         // target_identity(); 0 in a cookie of SealedKind::group
    std::chrono::sys_seconds expires; // at this second it is over
    friend bool operator==(const StickyContent&, const StickyContent&) = default;
};

[[nodiscard]] std::uint64_t group_identity(std::string_view name) noexcept;
[[nodiscard]] std::uint64_t target_identity(const IpAddress& address, std::uint16_t port) noexcept;

using CookieKey = std::array<std::uint8_t, 32>;

/// Immutable: a rotation is a new one. The first key seals, all of them open.
class CookieKeys {
public:
    /// One key of 64 hexadecimal digits a line; empty lines and those with `#` in front are passed over. 1 to 8 keys.
    static Result<CookieKeys> parse(std::string_view text);
    static Result<CookieKeys> load(const std::string& path);
    /// A new one, of the operating system's random numbers.
    static Result<CookieKeys> random();

    [[nodiscard]] std::span<const CookieKey> keys() const noexcept { return keys_; }

private:
    std::vector<CookieKey> keys_;
};

inline constexpr std::size_t sealed_bytes = 2 + 12 + 25 + 16;                // before base64url
inline constexpr std::size_t sealed_text_bytes = (sealed_bytes * 4 + 2) / 3; // without padding
using SealedText = std::array<char, sealed_text_bytes>;

/// A thread's own: it keeps the ciphers' states.
class CookieSealer {
public:
    /// The seed has to differ between all sealers of one key, on all gateways: 128 bits of the operating system.
    CookieSealer(std::shared_ptr<const CookieKeys> keys, std::array<std::uint64_t, 2> seed);

    /// After a rotation; cheap when they are the same.
    void use(const std::shared_ptr<const CookieKeys>& keys);
    /// False when the cipher fails, which needs no memory and so is not expected.
    [[nodiscard]] bool seal(const StickyContent& content, SealedText& text) noexcept;
    /// Nothing for what was not sealed with one of the keys. Whether it is over is for the caller to ask.
    [[nodiscard]] std::optional<StickyContent> open(std::string_view text) noexcept;

private:
    struct FreeCipher {
        void operator()(evp_cipher_ctx_st* cipher) const noexcept;
    };
    using Cipher = std::unique_ptr<evp_cipher_ctx_st, FreeCipher>;
    struct Opener {
        std::uint8_t mark; // of the key
        Cipher cipher;
    };

    void prepare();

    std::shared_ptr<const CookieKeys> keys_;
    std::uint32_t nonce_head_;
    SplitMix64 nonces_; // never the same number twice
    std::uint8_t mark_ = 0;
    Cipher sealing_;
    std::vector<Opener> openers_;
};

} // namespace sallyport::l7
