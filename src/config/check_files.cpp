// SPDX-License-Identifier: Apache-2.0
// Whether the files of certificates and keys are there and may be read. What is in them is found when the gateway
// starts.
#include "config/checks.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sallyport::config {

namespace {

/// Empty: nothing is wrong with it.
std::string trouble_with(const std::string& file) {
    struct stat status = {};
    if (::stat(file.c_str(), &status) != 0 || ::access(file.c_str(), R_OK) != 0)
        return std::error_code(errno, std::generic_category()).message();
    return S_ISREG(status.st_mode) ? "" : "it is no regular file";
}

class Files {
public:
    explicit Files(Findings& findings) : findings_(findings) {}

    void check(const std::string& file, const std::string& path) {
        if (file.empty()) return;
        const std::string trouble = trouble_with(file);
        if (trouble.empty()) return;
        findings_.push_back({.path = path,
                             .problem = "the file " + in_backticks(file) + " can not be read: " + trouble,
                             .advice = "write the path of a file that can"});
    }

private:
    Findings& findings_;
};

void check_server(const TlsServer& server, const std::string& path, Files& files) {
    for (std::size_t i = 0; i < server.certificates.size(); ++i) {
        const std::string place = at(path + ".certificates", i);
        files.check(server.certificates[i].certificate, place + ".certificate");
        files.check(server.certificates[i].key, place + ".key");
        files.check(server.certificates[i].ocsp, place + ".ocsp");
    }
    files.check(server.mutual.trust_store, path + ".mutual_authentication.trust_store");
    files.check(server.mutual.revocations, path + ".mutual_authentication.revocations");
}

} // namespace

Findings check_files(const Config& config) {
    Findings findings;
    Files files(findings);
    for (std::size_t i = 0; i < config.listeners.size(); ++i)
        if (config.listeners[i].tls) check_server(*config.listeners[i].tls, at("listeners", i), files);
    for (const TargetGroup& group : config.target_groups) {
        if (!group.tls) continue;
        const std::string path = "target_groups." + group.name + ".tls";
        files.check(group.tls->ca, path + ".ca");
        files.check(group.tls->certificate, path + ".certificate");
        files.check(group.tls->key, path + ".key");
    }
    files.check(config.http.cookie_keys, "http.cookie_keys");
    return findings;
}

} // namespace sallyport::config
