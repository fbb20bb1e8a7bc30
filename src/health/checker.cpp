// SPDX-License-Identifier: Apache-2.0
#include "health/checker.hpp"

#include "health/geneve_check.hpp"
#include "health/probe_packet.hpp"
#include "health/proxy_header.hpp"

#include <utility>

namespace sallyport::health {
namespace {

/// What takes the place of a check that the gateway can not make.
class ImpossibleCheck final : public Check {
public:
    ImpossibleCheck(boost::asio::io_context& loop, std::string why)
        : Check(loop, std::chrono::milliseconds(0)), why_(std::move(why)) {}

protected:
    void begin() override { fail(Reason::internal_error, why_); }
    void close() noexcept override {}

private:
    std::string why_;
};

} // namespace

Checker::Checker(boost::asio::io_context& loop, const Watched& watched, CheckTools tools)
    : loop_(loop), watched_(watched), tools_(std::move(tools)) {}

std::shared_ptr<Check> Checker::make(std::uint32_t number) {
    const config::HealthCheck& check = *watched_.check;
    switch (check.protocol) {
    case config::HealthProtocol::tcp:
        return prepared(std::make_shared<TcpCheck>(loop_, watched_.address, check.port, check.timeout));
    case config::HealthProtocol::http:
        return make_http();
    case config::HealthProtocol::https:
        return make_https();
    case config::HealthProtocol::geneve:
        return make_geneve(number);
    }
    return std::make_shared<ImpossibleCheck>(loop_, "There is no such health check protocol");
}

std::shared_ptr<Check> Checker::prepared(std::shared_ptr<TcpCheck> check) {
    if (watched_.sends_proxy_header) check->send_first(proxy_local_header);
    if (watched_.is_at_leg && tools_.leg_notes != nullptr) {
        note_ = std::make_shared<balance::LegNote>();
        check->note_as_own(*tools_.leg_notes, note_);
    }
    return check;
}

std::shared_ptr<Check> Checker::make_http() {
    const config::HealthCheck& check = *watched_.check;
    if (watched_.is_http2) return prepared(std::make_shared<Http2Check>(loop_, watched_.address, check));
    return prepared(std::make_shared<HttpCheck>(loop_, watched_.address, check));
}

std::shared_ptr<Check> Checker::make_https() {
    const config::HealthCheck& check = *watched_.check;
    Result<TlsSession> tls = begin_tls();
    if (!tls) return std::make_shared<ImpossibleCheck>(loop_, tls.error().message);
    if (watched_.is_http2)
        return prepared(std::make_shared<Http2TlsCheck>(loop_, watched_.address, check, std::move(*tls)));
    return prepared(std::make_shared<HttpsCheck>(loop_, watched_.address, check, std::move(*tls)));
}

/// A group's is asked for each time: its files may have changed, and a reload what is written of it.
Result<TlsSession> Checker::begin_tls() {
    if (!watched_.tls_group.empty()) {
        TlsSession session =
            tools_.target_tls ? tools_.target_tls(watched_.tls_group, watched_.address, watched_.is_http2) : nullptr;
        if (!session) return failure("There is no TLS for the target group " + watched_.tls_group);
        return session;
    }
    if (!tls_) {
        Result<TlsContext> made = tls_context(watched_.check->ca); // again each time, until the file is there
        if (!made) return tl::unexpected(made.error());
        tls_ = std::move(*made);
    }
    return health::begin_tls(*tls_, *watched_.check, watched_.address, watched_.is_http2);
}

std::shared_ptr<Check> Checker::make_geneve(std::uint32_t number) {
    if (tools_.probes == nullptr)
        return std::make_shared<ImpossibleCheck>(loop_, "There is no way for GENEVE probes here");
    Probe probe{watched_.index, watched_.probe_endpoint, number, probe_packet(watched_.check->probe, number)};
    return std::make_shared<GeneveCheck>(loop_, watched_.check->timeout, std::move(probe), *tools_.probes);
}

} // namespace sallyport::health
