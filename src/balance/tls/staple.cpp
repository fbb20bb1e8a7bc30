// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/staple.hpp"

#include "balance/tls/certificate_text.hpp"
#include "balance/tls/error_words.hpp"
#include "balance/tls/pem_files.hpp"

#include <openssl/err.h>
#include <openssl/ocsp.h>

#include <array>
#include <cstring>

namespace sallyport::tls {
namespace {

using Response = std::unique_ptr<OCSP_RESPONSE, Freed<OCSP_RESPONSE_free>>;
using Basic = std::unique_ptr<OCSP_BASICRESP, Freed<OCSP_BASICRESP_free>>;

/// RFC 6960 section 4.1.1. The issuer's key is not compared, for its certificate need not be in the file.
bool is_about(const OCSP_CERTID* id, const X509* certificate) {
    ASN1_OCTET_STRING* name_hash = nullptr;
    ASN1_OBJECT* digest_name = nullptr;
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(&name_hash, &digest_name, nullptr, &serial, const_cast<OCSP_CERTID*>(id));
    const EVP_MD* const digest = EVP_get_digestbyobj(digest_name);
    if (digest == nullptr || ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(certificate)) != 0) return false;
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash = {};
    unsigned int size = 0;
    if (X509_NAME_digest(X509_get_issuer_name(certificate), digest, hash.data(), &size) != 1) return false;
    return ASN1_STRING_length(name_hash) == static_cast<int>(size) &&
           std::memcmp(ASN1_STRING_get0_data(name_hash), hash.data(), size) == 0;
}

OCSP_SINGLERESP* answer_about(OCSP_BASICRESP* basic, const X509* certificate) {
    for (int i = 0; i < OCSP_resp_count(basic); ++i) {
        OCSP_SINGLERESP* const one = OCSP_resp_get0(basic, i);
        if (is_about(OCSP_SINGLERESP_get0_id(one), certificate)) return one;
    }
    return nullptr;
}

/// OCSP knows no better type for times than GeneralizedTime.
std::optional<std::time_t> seconds_of(const ASN1_GENERALIZEDTIME* time) {
    std::tm date = {};
    if (time == nullptr || ASN1_TIME_to_tm(time, &date) != 1) return std::nullopt;
    return ::timegm(&date);
}

/// Why the answer is not to be shown to anybody; empty: nothing speaks against it. Sets until when it is good.
std::string objection(OCSP_SINGLERESP* answer, Staple& staple) {
    ASN1_GENERALIZEDTIME* from = nullptr;
    ASN1_GENERALIZEDTIME* to = nullptr;
    const int status = OCSP_single_get0_status(answer, nullptr, nullptr, &from, &to);
    if (status != V_OCSP_CERTSTATUS_GOOD)
        return std::string("says that the certificate is ") + OCSP_cert_status_str(status);
    const std::time_t now = std::time(nullptr);
    if (const auto begin = seconds_of(from); begin && *begin > now + 300) // clocks may differ by so much
        return "is not valid yet, but from " + time_text(from) + " on";
    if (const auto end = seconds_of(to)) staple.until = *end;
    if (!staple.is_good(now)) return "is out of date: it was valid until " + time_text(to);
    return {};
}

} // namespace

Result<std::optional<Staple>> read_staple(const std::string& path, const X509* certificate,
                                          std::vector<std::string>& warnings) {
    auto text = read_whole(path);
    if (!text) return tl::unexpected(text.error());
    ERR_clear_error();
    const auto* bytes = reinterpret_cast<const unsigned char*>(text->data());
    const Response response(d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(text->size())));
    if (!response) return failure("There is no OCSP response in DER in " + path + ": " + take_errors());
    if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return failure("The OCSP response in " + path + " is a refusal: " + OCSP_response_status_str(status));
    const Basic basic(OCSP_response_get1_basic(response.get()));
    if (!basic) return failure("The OCSP response in " + path + " can not be read: " + take_errors());
    OCSP_SINGLERESP* const answer = answer_about(basic.get(), certificate);
    if (answer == nullptr)
        return failure("The OCSP response in " + path + " is not about the certificate that it shall be sent with");
    Staple staple;
    if (const std::string why = objection(answer, staple); !why.empty()) {
        warnings.push_back("The OCSP response in " + path + " is not sent, for it " + why);
        return std::nullopt;
    }
    staple.response = std::move(*text);
    return staple;
}

} // namespace sallyport::tls
