// SPDX-License-Identifier: Apache-2.0
#include "io/ingress_guard.hpp"

#include <nftables/libnftables.h>

#include <cctype>
#include <memory>
#include <utility>

namespace sallyport::io {

namespace {

Result<void> run_nft(const std::string& commands) {
    const std::unique_ptr<nft_ctx, decltype(&nft_ctx_free)> context(nft_ctx_new(NFT_CTX_DEFAULT), nft_ctx_free);
    if (!context) return failure("nftables does not start");
    nft_ctx_buffer_error(context.get());
    nft_ctx_buffer_output(context.get());
    if (nft_run_cmd_from_buffer(context.get(), commands.c_str()) == 0) return {};
    const char* text = nft_ctx_get_error_buffer(context.get());
    std::string error = text != nullptr ? text : "";
    // The first line says it; the others show the commands.
    return failure(error.substr(0, error.find('\n')));
}

} // namespace

std::string guard_table(const std::string& interface) {
    // A table of its own for each name, or one guard would replace another: nft takes letters, digits, `_`, `.` and `/`
    // here, and an interface's name has no `/`, so that it can stand in front of the code of every other character.
    std::string table = "sallyport_";
    for (const char letter : interface) {
        const auto code = static_cast<unsigned char>(letter);
        if (std::isalnum(code) != 0 || letter == '.') {
            table += letter;
        } else if (letter == '-') {
            table += '_';
        } else {
            table += '/' + std::to_string(code) + '/';
        }
    }
    return table;
}

std::string guard_commands(const std::string& interface) {
    const std::string table = "netdev " + guard_table(interface);
    // Added first so that deleting never fails. The lowest priority number comes first: before other tables' rules.
    return "add table " + table + "\ndelete table " + table + "\nadd table " + table + "\nadd chain " + table +
           " ingress { type filter hook ingress device \"" + interface + "\" priority -500; policy drop; }\nadd rule " +
           table + " ingress counter drop comment \"sallyport owns this interface\"\n";
}

IngressGuard::IngressGuard(std::string table) noexcept : table_(std::move(table)) {}
IngressGuard::IngressGuard(IngressGuard&& other) noexcept : table_(std::exchange(other.table_, {})) {}
IngressGuard& IngressGuard::operator=(IngressGuard&& other) noexcept {
    std::swap(table_, other.table_);
    return *this;
}

Result<IngressGuard> IngressGuard::install(const std::string& interface) {
    if (const auto done = run_nft(guard_commands(interface)); !done) {
        return failure(
            "the ingress guard of " + interface + " can not be installed (" + done.error().message +
            "), and without it the kernel would answer past the chain; a kernel with nf_tables and its netdev "
            "family is needed");
    }
    return IngressGuard(guard_table(interface));
}

IngressGuard::~IngressGuard() {
    // An interface that has vanished takes its chain along, but not the table.
    if (!table_.empty()) static_cast<void>(run_nft("delete table netdev " + table_ + "\n"));
}

} // namespace sallyport::io
