// SPDX-License-Identifier: Apache-2.0
// What is in the files that an operator names: certificates, keys, lists of revocations? Every error is a sentence with
// the file's name.
#pragma once

#include "balance/tls/handles.hpp"
#include "support/result.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sallyport::tls {

/// A certificate, what leads from it towards its root, and its key.
struct Identity {
    X509Handle certificate;
    ChainHandle chain; // without the certificate
    KeyHandle key;
};

constexpr std::size_t max_file_bytes = 64U << 20U; // ALB takes CRLs of up to 50 MB

Result<std::string> read_whole(const std::string& path);

/// All certificates of a PEM file, at least one.
Result<ChainHandle> read_certificates(const std::string& path);

/// A PEM certificate with its chain, and the key that it has to fit. A key that everybody may read is a warning, and so
/// is a certificate that is not valid now.
Result<Identity> read_identity(const std::string& certificate, const std::string& key,
                               std::vector<std::string>& warnings);

/// All CRLs of a PEM file, at least one.
Result<std::vector<CrlHandle>> read_revocations(const std::string& path);

} // namespace sallyport::tls
