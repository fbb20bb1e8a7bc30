// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/pem_files.hpp"

#include "balance/tls/certificate_text.hpp"
#include "balance/tls/error_words.hpp"
#include "support/descriptor.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace sallyport::tls {
namespace {

/// Of a file that may hold a key: nothing of it stays behind in memory.
struct Secret {
    std::string text;
    Secret() = default;
    explicit Secret(std::string given) : text(std::move(given)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { OPENSSL_cleanse(text.data(), text.size()); }
};

BioHandle memory_of(const std::string& text) {
    return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// The last error is the one that PEM readers leave when there is nothing more.
bool at_end() {
    const unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// Never asks a terminal; that the key is encrypted is told by the flag.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<KeyHandle> read_key(const std::string& path) {
    auto text = read_whole(path);
    if (!text) return tl::unexpected(text.error());
    const Secret secret(std::move(*text));
    ERR_clear_error();
    bool encrypted = false;
    KeyHandle key(PEM_read_bio_PrivateKey(memory_of(secret.text).get(), nullptr, no_password, &encrypted));
    if (encrypted) {
        ERR_clear_error();
        return failure("The key in " + path + " is encrypted, and there is nobody to ask for its password");
    }
    if (!key) return failure("There is no private key in PEM in " + path + ": " + take_errors());
    return key;
}

void warn_of_readers(const std::string& path, std::vector<std::string>& warnings) {
    struct stat found = {};
    if (::stat(path.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0)
        warnings.push_back("The key in " + path + " may be read by every user of this machine");
}

void warn_of_time(const X509* certificate, const std::string& path, std::vector<std::string>& warnings) {
    const ASN1_TIME* const from = X509_get0_notBefore(certificate);
    const ASN1_TIME* const to = X509_get0_notAfter(certificate);
    if (X509_cmp_current_time(to) < 0)
        warnings.push_back("The certificate in " + path + " has expired: it was valid until " + time_text(to));
    if (X509_cmp_current_time(from) > 0)
        warnings.push_back("The certificate in " + path + " is not valid yet, but from " + time_text(from) + " on");
}

} // namespace

Result<std::string> read_whole(const std::string& path) {
    const auto failed = [&path](const std::string& why) { return failure(path + " can not be read: " + why); };
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)); // a FIFO makes nobody wait
    if (!file) return failed(std::strerror(errno));
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0) return failed(std::strerror(errno));
    if (!S_ISREG(about.st_mode)) return failed("it is no file");
    if (static_cast<std::size_t>(about.st_size) > max_file_bytes) return failed("it is larger than 64 MiB");
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.number(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(std::strerror(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

Result<ChainHandle> read_certificates(const std::string& path) {
    const auto text = read_whole(path);
    if (!text) return tl::unexpected(text.error());
    ERR_clear_error();
    const BioHandle memory = memory_of(*text);
    ChainHandle all(sk_X509_new_null());
    while (X509* const one = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr))
        sk_X509_push(all.get(), one);
    const bool whole = at_end();
    std::string why = take_errors();
    if (!whole) return failure("Not all certificates in " + path + " can be read: " + why);
    if (sk_X509_num(all.get()) == 0) return failure("There is no certificate in PEM in " + path);
    return all;
}

Result<Identity> read_identity(const std::string& certificate, const std::string& key,
                               std::vector<std::string>& warnings) {
    Identity identity;
    auto chain = read_certificates(certificate);
    if (!chain) return tl::unexpected(chain.error());
    auto private_key = read_key(key);
    if (!private_key) return tl::unexpected(private_key.error());
    identity.certificate.reset(sk_X509_shift(chain->get()));
    identity.chain = std::move(*chain);
    identity.key = std::move(*private_key);
    if (X509_check_private_key(identity.certificate.get(), identity.key.get()) != 1) {
        ERR_clear_error();
        return failure("The key in " + key + " is not that of the (first) certificate in " + certificate);
    }
    warn_of_readers(key, warnings);
    warn_of_time(identity.certificate.get(), certificate, warnings);
    return identity;
}

Result<std::vector<CrlHandle>> read_revocations(const std::string& path) {
    const auto text = read_whole(path);
    if (!text) return tl::unexpected(text.error());
    ERR_clear_error();
    const BioHandle memory = memory_of(*text);
    std::vector<CrlHandle> all;
    while (X509_CRL* const one = PEM_read_bio_X509_CRL(memory.get(), nullptr, nullptr, nullptr))
        all.emplace_back(one);
    const bool whole = at_end();
    std::string why = take_errors();
    if (!whole) return failure("Not all revocation lists in " + path + " can be read: " + why);
    if (all.empty()) return failure("There is no revocation list in PEM in " + path);
    return all;
}

} // namespace sallyport::tls
