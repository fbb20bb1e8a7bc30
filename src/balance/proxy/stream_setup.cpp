// SPDX-License-Identifier: Apache-2.0
// A proxied connection until a target is connected.
#include "balance/proxy/noted_connect.hpp"
#include "balance/proxy/stream.hpp"
#include "balance/tls/facts.hpp"

#include <algorithm>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sallyport::balance {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

void set(const StreamSocket& socket, int level, int option) {
    const int on = 1;
    auto& its = const_cast<StreamSocket&>(socket);
    ::setsockopt(its.native_handle(), level, option, &on, sizeof on);
}

/// What became of a connect() that did not wait.
error_code pending_error(StreamSocket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    return {error, boost::system::system_category()};
}

bool is_among(const std::vector<OwnedTlv>& tlvs, TlvType type) {
    return std::any_of(tlvs.begin(), tlvs.end(), [type](const OwnedTlv& tlv) { return tlv.type == type; });
}

} // namespace

void Stream::expect_first_bytes() {
    client_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](const error_code& error) {
        if (!error) self->guarded([&self] { self->on_first_bytes(); });
    });
}

void Stream::on_first_bytes() {
    if (!setup_) return;
    const std::span<std::uint8_t> buffer = world_->room.buffer();
    const std::size_t most = std::min(buffer.size(), setup_->intake.room());
    const ssize_t got = ::recv(client_.native_handle(), buffer.data(), most, MSG_DONTWAIT);
    if (got == 0) return end(StreamEnd::client_left);
    if (got < 0 && errno != EAGAIN && errno != EINTR) return end(StreamEnd::client_reset);
    if (got < 0) return expect_first_bytes();
    const auto come = static_cast<std::uint64_t>(got);
    on_intake(setup_->intake.add(buffer.first(come)));
}

void Stream::on_intake(Intake::State state) {
    switch (state) {
    case Intake::State::needs_more:
        return expect_first_bytes();
    case Intake::State::bad_header:
        sentence_ = setup_->intake.sentence();
        return end(StreamEnd::bad_proxy_header);
    case Intake::State::bad_hello:
        sentence_ = setup_->intake.sentence();
        return end(StreamEnd::bad_client_hello);
    case Intake::State::done:
        break;
    }
    if (setup_->intake.route()) route_ = *setup_->intake.route();
    if (const ClientHello* hello = setup_->intake.hello()) server_name_ = hello->server_name;
    if (!allows(listener_->config, route_.source.address)) return end(StreamEnd::denied);
    if (listener_->config.tls) return begin_client_tls();
    choose_target();
}

ClientFacts Stream::facts() const {
    return {listener_id_, route_, peer_, setup_->intake.hello()};
}

void Stream::choose_target() {
    const std::vector<TargetId>& failed = setup_->failed;
    const bool may_try = attempts_ < world_->settings.max_attempts;
    const auto choice = may_try ? world_->chooser.choose(facts(), failed) : std::nullopt;
    const bool is_new = choice && std::find(failed.begin(), failed.end(), choice->target) == failed.end();
    if (is_new) return connect(*choice);
    if (attempts_ == 0) return end(StreamEnd::no_target);
    const bool had_no_tls = setup_->last_failure == ConnectFailure::tls;
    end(had_no_tls ? StreamEnd::target_tls_failed : StreamEnd::connect_failed);
}

void Stream::take_target(TargetId target) {
    world_->by_target.add(target, *this);
    target_id_ = target;
    has_target_ = true;
    world_->observer.joined(target);
}

void Stream::leave_target() noexcept {
    if (!has_target_) return;
    world_->by_target.remove(target_id_, *this);
    has_target_ = false;
    world_->observer.left(target_id_);
}

/// False: there is no socket to be had, and the stream has ended.
bool Stream::open_target(const TargetChoice& choice) {
    error_code error;
    target_.open(choice.address.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), error);
    if (error) {
        end(StreamEnd::no_resources);
        return false;
    }
    set(target_, IPPROTO_TCP, TCP_NODELAY);
    if (!choice.source) return true;
    // ip(7): the port is chosen by connect(), so that as many connections as there are ports go to each target.
    set(target_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
    const KernelAddress source(SocketAddress{*choice.source, 0});
    if (::bind(target_.native_handle(), source.get(), source.size) == 0) return true;
    end(StreamEnd::no_resources);
    return false;
}

void Stream::connect(const TargetChoice& choice) {
    ++attempts_;
    take_target(choice.target);
    target_address_ = choice.address;
    setup_->header = choice.header;
    setup_->target_tls = choice.tls;
    setup_->attempt_began = std::chrono::steady_clock::now();
    if (choice.notes_client && world_->settings.leg_notes != nullptr) return connect_noted(choice);
    if (!open_target(choice)) return;
    const IpAddress& to = choice.address.address;
    const asio::ip::address address = to.is_v4() ? asio::ip::address(asio::ip::address_v4(to.v4_host_order()))
                                                 : asio::ip::address(asio::ip::address_v6(to.bytes()));
    arm(setup_->attempt_began + world_->settings.connect_timeout);
    target_.async_connect({address, choice.address.port},
                          [self = shared_from_this(), attempt = attempts_](const error_code& error) {
                              // Of an attempt that has been given up: its socket is closed.
                              if (attempt != self->attempts_) return;
                              self->guarded([&] { self->on_connect(error); });
                          });
}

/// An appliance between here and the target is told who the client is.
void Stream::connect_noted(const TargetChoice& choice) {
    const LegOwner owner{.address = route_.source.address, .port = route_.source.port};
    BegunLeg begun = begin_noted_connection(*world_->settings.leg_notes, {choice.address, owner, choice.source});
    if (begun.error != 0) return give_up_attempt(failure_of(begun.error));
    setup_->note = std::move(begun.note);
    error_code error;
    target_.assign(choice.address.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), begun.socket.number(),
                   error);
    if (error) return give_up_attempt(ConnectFailure::local);
    static_cast<void>(begun.socket.release());
    arm(setup_->attempt_began + world_->settings.connect_timeout);
    target_.async_wait(asio::socket_base::wait_write,
                       [self = shared_from_this(), attempt = attempts_](const error_code& waited) {
                           if (attempt != self->attempts_) return;
                           self->guarded([&] { self->on_connect(waited ? waited : pending_error(self->target_)); });
                       });
}

void Stream::on_connect(const error_code& error) {
    if (error == asio::error::operation_aborted) return;
    if (error) return give_up_attempt(failure_of(error.value()));
    world_->observer.connected(target_id_, std::chrono::steady_clock::now() - setup_->attempt_began);
    if (setup_->target_tls) return begin_target_tls();
    begin_relay();
}

void Stream::give_up_attempt(ConnectFailure failure) {
    error_code ignored;
    target_.close(ignored);
    setup_->note = {};
    target_tls_.reset();
    setup_->last_failure = failure;
    leave_target();
    setup_->failed.push_back(target_id_);
    world_->observer.connect_failed(target_id_, failure);
    if (failure == ConnectFailure::local) return end(StreamEnd::no_resources); // no other target would change that
    choose_target();
}

std::vector<std::uint8_t> Stream::header_for_target() const {
    if (!setup_->header) return {};
    const HeaderChoice& choice = *setup_->header;
    ProxyHeaderWriter writer(route_);
    const bool has_authority = choice.sends_authority && !server_name_.empty();
    if (has_authority) writer.add(TlvType::authority, server_name_);
    const std::string_view alpn = client_tls_ ? tls::alpn(client_tls_->session()) : std::string_view();
    const bool has_alpn = choice.sends_authority && !alpn.empty();
    if (has_alpn) writer.add(TlvType::alpn, alpn);
    for (const OwnedTlv& tlv : choice.tlvs)
        writer.add(tlv.type, tlv.value);
    TlvReader reader(choice.passes_tlvs ? setup_->intake.tlvs() : std::span<const std::uint8_t>{});
    for (Tlv tlv; reader.next(tlv);) {
        const bool is_of_the_old_header = tlv.type == TlvType::crc32c || tlv.type == TlvType::noop;
        const bool is_known_better =
            (tlv.type == TlvType::authority && has_authority) || (tlv.type == TlvType::alpn && has_alpn);
        if (!is_of_the_old_header && !is_known_better && !is_among(choice.tlvs, tlv.type))
            writer.add(tlv.type, tlv.value);
    }
    return writer.finish();
}

} // namespace sallyport::balance
