// SPDX-License-Identifier: Apache-2.0
#include "balance/l7/sealed_cookie.hpp"

#include "balance/l7/base64url.hpp"
#include "balance/l7/hex.hpp"
#include "balance/l7/list_fields.hpp"
#include "support/siphash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace sallyport::l7 {
namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t head_bytes = 2; // format, mark of the key; authenticated, not encrypted
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t content_bytes = 25;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t max_keys = 8;
static_assert(head_bytes + nonce_bytes + content_bytes + tag_bytes == sealed_bytes);
static_assert(std::endian::native == std::endian::little, "the numbers of a cookie are little-endian");

using Bytes = std::array<std::uint8_t, sealed_bytes>;
using Content = std::array<std::uint8_t, content_bytes>;

// Known to all: what it hashes is the operator's, and is read under the cookie's seal alone.
constexpr SipKey identity_key{0x73616c6c79706f72, 0x7420636f6f6b6965};

/// Tells keys apart, so that few are tried in vain; one in 256 has the same.
std::uint8_t mark_of(const CookieKey& key) noexcept {
    const std::string_view text(reinterpret_cast<const char*>(key.data()), key.size());
    return static_cast<std::uint8_t>(siphash13(identity_key, text) & 0xffU);
}

Content to_bytes(const StickyContent& content) noexcept {
    Content bytes;
    const std::int64_t expires = content.expires.time_since_epoch().count();
    bytes[0] = static_cast<std::uint8_t>(content.kind);
    std::memcpy(&bytes[1], &content.group, 8);
    std::memcpy(&bytes[9], &content.target, 8);
    std::memcpy(&bytes[17], &expires, 8);
    return bytes;
}

std::optional<StickyContent> from_bytes(const Content& bytes) noexcept {
    if (bytes[0] < 1 || bytes[0] > 3) return {};
    StickyContent content{.kind = static_cast<SealedKind>(bytes[0])};
    std::int64_t expires = 0;
    std::memcpy(&content.group, &bytes[1], 8);
    std::memcpy(&content.target, &bytes[9], 8);
    std::memcpy(&expires, &bytes[17], 8);
    content.expires = std::chrono::sys_seconds(std::chrono::seconds(expires));
    return content;
}

std::optional<CookieKey> parse_key(std::string_view text) noexcept {
    CookieKey key;
    if (text.size() != 2 * key.size()) return {};
    for (std::size_t i = 0; i < key.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return {};
        key[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return key;
}

} // namespace

std::uint64_t group_identity(std::string_view name) noexcept {
    return siphash13(identity_key, name);
}

std::uint64_t target_identity(const IpAddress& address, std::uint16_t port) noexcept {
    const auto family = static_cast<std::uint64_t>(address.family());
    return siphash13(identity_key, std::array{address.high(), address.low(), family << 16U | port});
}

Result<CookieKeys> CookieKeys::parse(std::string_view text) {
    CookieKeys keys;
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = take_part(text, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        const auto key = parse_key(line);
        if (!key) return failure("line " + std::to_string(number) + " is no key of 64 hexadecimal digits");
        keys.keys_.push_back(*key);
    }
    if (keys.keys_.empty()) return failure("there is no key; write one line of 64 hexadecimal digits");
    if (keys.keys_.size() > max_keys) return failure("there are more than 8 keys; remove the oldest, at the end");
    return keys;
}

Result<CookieKeys> CookieKeys::load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return failure("the keys for cookies can not be read: " + path);
    auto keys = parse(text);
    if (!keys) return failure("the keys for cookies in " + path + ": " + keys.error().message);
    return keys;
}

Result<CookieKeys> CookieKeys::random() {
    CookieKeys keys;
    CookieKey key;
    if (::RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) return failure("there are no random numbers");
    keys.keys_.push_back(key);
    return keys;
}

void CookieSealer::FreeCipher::operator()(evp_cipher_ctx_st* cipher) const noexcept {
    ::EVP_CIPHER_CTX_free(cipher);
}

CookieSealer::CookieSealer(std::shared_ptr<const CookieKeys> keys, std::array<std::uint64_t, 2> seed)
    : keys_(std::move(keys)), nonce_head_(static_cast<std::uint32_t>(seed[0])), nonces_(seed[1]) {
    prepare();
}

void CookieSealer::use(const std::shared_ptr<const CookieKeys>& keys) {
    if (keys == keys_) return;
    keys_ = keys;
    prepare();
}

/// With the keys put in once: their schedule costs more than a cookie.
void CookieSealer::prepare() {
    openers_.clear();
    for (const CookieKey& key : keys_->keys()) {
        Cipher cipher(::EVP_CIPHER_CTX_new());
        if (!cipher || ::EVP_DecryptInit_ex(cipher.get(), ::EVP_aes_256_gcm(), nullptr, key.data(), nullptr) != 1) {
            continue;
        }
        openers_.push_back({mark_of(key), std::move(cipher)});
    }
    const CookieKey& first = keys_->keys().front();
    mark_ = mark_of(first);
    sealing_.reset(::EVP_CIPHER_CTX_new());
    if (sealing_ && ::EVP_EncryptInit_ex(sealing_.get(), ::EVP_aes_256_gcm(), nullptr, first.data(), nullptr) != 1) {
        sealing_.reset();
    }
}

bool CookieSealer::seal(const StickyContent& content, SealedText& text) noexcept {
    if (!sealing_) return false;
    Bytes bytes;
    bytes[0] = format;
    bytes[1] = mark_;
    const std::uint64_t number = nonces_.next();
    std::memcpy(&bytes[head_bytes], &nonce_head_, 4);
    std::memcpy(&bytes[head_bytes + 4], &number, 8);
    const Content plain = to_bytes(content);
    evp_cipher_ctx_st* const cipher = sealing_.get();
    std::uint8_t* const body = &bytes[head_bytes + nonce_bytes];
    int size = 0;
    const bool is_done = ::EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, &bytes[head_bytes]) == 1 &&
                         ::EVP_EncryptUpdate(cipher, nullptr, &size, bytes.data(), head_bytes) == 1 &&
                         ::EVP_EncryptUpdate(cipher, body, &size, plain.data(), content_bytes) == 1 &&
                         ::EVP_EncryptFinal_ex(cipher, body + content_bytes, &size) == 1 &&
                         ::EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, tag_bytes, body + content_bytes) == 1;
    if (is_done) write_base64url(bytes, text.data());
    return is_done;
}

std::optional<StickyContent> CookieSealer::open(std::string_view text) noexcept {
    Bytes bytes;
    if (text.size() != sealed_text_bytes || !read_base64url(text, bytes) || bytes[0] != format) return {};
    std::uint8_t* const body = &bytes[head_bytes + nonce_bytes];
    for (const Opener& opener : openers_) {
        if (opener.mark != bytes[1]) continue;
        evp_cipher_ctx_st* const cipher = opener.cipher.get();
        Content plain;
        int size = 0;
        if (::EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, &bytes[head_bytes]) == 1 &&
            ::EVP_DecryptUpdate(cipher, nullptr, &size, bytes.data(), head_bytes) == 1 &&
            ::EVP_DecryptUpdate(cipher, plain.data(), &size, body, content_bytes) == 1 &&
            ::EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, tag_bytes, body + content_bytes) == 1 &&
            ::EVP_DecryptFinal_ex(cipher, plain.data() + content_bytes - 1, &size) == 1) {
            return from_bytes(plain);
        }
    }
    return {};
}

} // namespace sallyport::l7
