// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/arrival.hpp"

#include "balance/serve/http1_client.hpp"
#include "balance/serve/http2_client.hpp"
#include "balance/tls/client_facts.hpp"
#include "balance/tls/facts.hpp"

#include <openssl/ssl.h>

namespace sallyport::serve {
namespace {

void note_certificate(const SSL* session, config::MutualTls mode, ClientConnection& connection) {
    auto& fields = connection.certificate_fields;
    if (mode == config::MutualTls::passthrough) {
        std::string chain = tls::client_chain(session);
        if (!chain.empty()) fields.emplace_back("X-Amzn-Mtls-Clientcert", std::move(chain));
    } else if (mode == config::MutualTls::verify) {
        std::optional<tls::ClientCertificate> shown = tls::client_certificate(session);
        if (!shown) return;
        fields.emplace_back("X-Amzn-Mtls-Clientcert-Serial-Number", std::move(shown->serial_number));
        fields.emplace_back("X-Amzn-Mtls-Clientcert-Issuer", std::move(shown->issuer));
        fields.emplace_back("X-Amzn-Mtls-Clientcert-Subject", std::move(shown->subject));
        fields.emplace_back("X-Amzn-Mtls-Clientcert-Validity", std::move(shown->validity));
        fields.emplace_back("X-Amzn-Mtls-Clientcert-Leaf", std::move(shown->leaf));
    }
}

void note_session(const SSL* session, ClientConnection& connection) {
    connection.tls_protocol = tls::protocol(session);
    connection.tls_cipher = tls::cipher(session);
    connection.server_name = tls::server_name(session);
    if (connection.listener->log != no_log) connection.certificate_serial = tls::chosen_certificate_serial(session);
    note_certificate(session, connection.listener->mutual, connection);
}

} // namespace

Arrival::Arrival(Engine& engine, Transport transport, std::unique_ptr<ClientConnection> connection)
    : Link(engine.reactor(), engine.links(), std::move(transport)), engine_(engine), connection_(std::move(connection)),
      timer_(engine.reactor().timers(), [this] { fail(); }), began_(engine.reactor().now()) {
    timer_.set(began_ + connection_->listener->handshake_timeout);
}

void Arrival::shake_hands() {
    switch (transport().handshake()) {
    case IoState::done:
        return succeed();
    case IoState::would_block:
        if (has_unsent()) flush_soon(); // more than the kernel takes at once
        return;
    default:
        return fail();
    }
}

void Arrival::succeed() {
    timer_.cancel();
    SSL* const session = transport().tls();
    engine_.count().tls_handshakes.add(1);
    if (tls::resumed(session)) engine_.count().tls_resumed.add(1);
    note_session(session, *connection_);
    log_connection(engine_, *connection_, session,
                   std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began_));
    if (tls::alpn(session) == "h2") {
        auto client = std::make_unique<Http2Client>(engine_, hand_over(), std::move(connection_));
        if (Http2Client* const started = engine_.adopt_client(std::move(client))) started->start({});
        return;
    }
    auto client = std::make_unique<Http1Client>(engine_, hand_over(), std::move(connection_));
    if (Http1Client* const started = engine_.adopt_client(std::move(client))) started->start({});
}

void Arrival::fail() {
    if (is_retired()) return;
    engine_.count().tls_failures.add(1);
    log_connection(engine_, *connection_, transport().tls(), std::nullopt);
    end();
}

void Arrival::end() {
    timer_.cancel();
    engine_.count().connections_ended.add(1);
    retire();
}

void log_connection(Engine& engine, const ClientConnection& connection, SSL* session,
                    std::optional<std::chrono::microseconds> handshake) {
    const LogQueues* const log = engine.log(connection.listener->log);
    if (log == nullptr || log->connections == nullptr) return;
    l7::ConnectionRecord record;
    record.time = engine.wall_clock();
    record.client = {connection.peer, connection.peer_port};
    record.listener_port = connection.listener->port;
    record.conn_trace_id = connection.trace_id.text();
    record.tls_handshake_latency = handshake;
    std::optional<tls::ClientCertificate> certificate;
    if (session != nullptr) {
        record.tls_protocol = tls::protocol(session);
        record.tls_cipher = tls::cipher(session);
        record.tls_verify_status = tls::verify_status(session, handshake.has_value());
        certificate = tls::client_certificate(session);
    }
    if (certificate) {
        record.leaf_client_cert_subject = certificate->subject;
        record.leaf_client_cert_validity = certificate->validity;
        record.leaf_client_cert_serial_number = certificate->serial_number;
    }
    write_line(*log->connections, log->format, record);
    engine.flush_logs_soon();
}

} // namespace sallyport::serve
