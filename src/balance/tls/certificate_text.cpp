// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/certificate_text.hpp"

#include "balance/tls/handles.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>

#include <array>
#include <cstdio>
#include <ctime>

namespace sallyport::tls {
namespace {

/// What was written into a memory BIO.
std::string content(BIO* memory) {
    char* text = nullptr;
    const long size = BIO_ctrl(memory, BIO_CTRL_INFO, 0, &text); // BIO_get_mem_data()
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

bool stays(char c) noexcept {
    constexpr std::string_view safe = "-._~+=/";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           safe.find(c) != std::string_view::npos;
}

} // namespace

std::string serial_number(const X509* certificate) {
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    if (!number) return {};
    char* const text = BN_bn2hex(number.get());
    if (text == nullptr) return {};
    std::string copy = text;
    OPENSSL_free(text);
    return copy;
}

std::string name_text(const X509_NAME* name) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
    return content(memory.get());
}

std::string time_text(const ASN1_TIME* time) {
    std::tm date = {};
    if (ASN1_TIME_to_tm(time, &date) != 1) return {};
    std::array<char, 32> text = {};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &date);
    return {text.data(), size};
}

std::string validity_text(const X509* certificate) {
    return "NotBefore=" + time_text(X509_get0_notBefore(certificate)) +
           ";NotAfter=" + time_text(X509_get0_notAfter(certificate));
}

std::string pem_text(const X509* certificate) {
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1) return {};
    return content(memory.get());
}

std::string url_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        if (stays(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return encoded;
}

} // namespace sallyport::tls
