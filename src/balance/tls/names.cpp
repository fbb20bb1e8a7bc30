// SPDX-License-Identifier: Apache-2.0
#include "balance/tls/names.hpp"

#include "balance/tls/handles.hpp"

#include <openssl/x509v3.h>

#include <memory>

namespace sallyport::tls {
namespace {

using AlternativeNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

/// Text with a zero byte in it is nobody's name.
void add(const ASN1_STRING* text, std::vector<std::string>& names) {
    const auto* const bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    std::string name(bytes, static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (name.empty() || name.find('\0') != std::string::npos) return;
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

void add_common_name(const X509* certificate, std::vector<std::string>& names) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0) add(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), names);
}

} // namespace

std::vector<std::string> names_of(const X509* certificate) {
    std::vector<std::string> names;
    const AlternativeNames alternatives(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!alternatives) {
        add_common_name(certificate, names);
        return names;
    }
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* const one = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (one->type == GEN_DNS) add(one->d.dNSName, names);
    }
    return names;
}

} // namespace sallyport::tls
