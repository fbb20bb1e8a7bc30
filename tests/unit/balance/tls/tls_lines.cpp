// SPDX-License-Identifier: Apache-2.0
// A TLS server on 127.0.0.1 for programs that others wrote. usage: tls-lines FOLDER off|passthrough|verify
// It prints its port, and for each connection a line of what was agreed on; it ends with its standard input.
#include "balance/tls/client_facts.hpp"
#include "balance/tls/error_words.hpp"
#include "balance/tls/facts.hpp"
#include "balance/tls/server_context.hpp"
#include "support/descriptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <iostream>
#include <string>

using namespace sallyport;

namespace {

config::TlsServer configuration(const std::string& folder, const std::string& mode) {
    const auto certificate = [&folder](const std::string& name, const std::string& ocsp) {
        return config::Certificate{folder + "/" + name + ".pem", folder + "/" + name + ".key",
                                   ocsp.empty() ? ocsp : folder + "/" + ocsp, 0};
    };
    config::TlsServer config;
    config.certificates = {certificate("www-ec", "www-ec.ocsp"), certificate("www-rsa", "www-rsa.ocsp"),
                           certificate("wild", "")};
    if (mode == "passthrough") config.mutual.mode = config::MutualTls::passthrough;
    if (mode == "verify") config.mutual.mode = config::MutualTls::verify;
    config.mutual.trust_store = folder + "/ca.pem";
    config.mutual.revocations = folder + "/crl.pem";
    config.mutual.advertises_ca_names = true;
    return config;
}

Descriptor listening() {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.number(), any, size) != 0 || ::listen(socket.number(), 8) != 0) return {};
    ::getsockname(socket.number(), any, &size);
    std::cout << "port " << ::ntohs(address.sin_port) << std::endl;
    return socket;
}

void serve(SSL* session) {
    ERR_clear_error();
    const int result = SSL_do_handshake(session);
    const std::string_view status = tls::verify_status(session, result == 1);
    if (result != 1) {
        const tls::FailedHandshake why = tls::why_failed(session, SSL_get_error(session, result));
        std::cout << "failed " << tls::word_of(why.kind) << " " << status << ": " << why.sentence << std::endl;
        return;
    }
    const auto client = tls::client_certificate(session);
    std::cout << "agreed " << tls::protocol(session) << " " << tls::cipher(session) << " " << tls::named_group(session)
              << " name=" << tls::server_name(session) << " alpn=" << tls::alpn(session)
              << " serial=" << tls::chosen_certificate_serial(session) << " resumed=" << tls::resumed(session)
              << " client=" << (client ? client->serial_number : "-") << " " << status << std::endl;
    SSL_write(session, "served\n", 7);
    std::array<char, 1024> read;
    while (SSL_read(session, read.data(), static_cast<int>(read.size())) > 0)
        ;
    SSL_shutdown(session);
}

} // namespace

int main(int count, char** words) {
    if (count != 3) return 2;
    std::signal(SIGPIPE, SIG_IGN);
    const auto keys = std::make_shared<tls::TicketKeys>(Instant{}, std::chrono::hours(1));
    const auto context = tls::ServerContext::load(configuration(words[1], words[2]), keys);
    if (!context) {
        std::cerr << context.error().message << "\n";
        return 1;
    }
    const Descriptor listener = listening();
    for (;;) {
        std::array<pollfd, 2> waits = {{{listener.number(), POLLIN, 0}, {0, POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), 60'000) <= 0 || waits[1].revents != 0) return 0;
        const Descriptor connection(::accept(listener.number(), nullptr, nullptr));
        const timeval patience = {60, 0};
        ::setsockopt(connection.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        const tls::Session session = (*context)->accept();
        SSL_set_fd(session.get(), connection.number());
        serve(session.get());
    }
}
