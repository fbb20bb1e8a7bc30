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

Checker::Checker(boost::asio::io_context& loop, const Watched& watched, ProbePath* path, balance::LegNotes* notes)
    : loop_(loop), watched_(watched), path_(path), notes_(notes) {}

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
    if (watched_.is_at_leg && notes_ != nullptr) {
        note_ = std::make_shared<balance::LegNote>();
        check->note_as_own(*notes_, note_);
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
    if (!tls_) {
        Result<TlsContext> made = tls_context(check.ca); // again each time, until the file is there
        if (!made) return std::make_shared<ImpossibleCheck>(loop_, made.error().message);
        tls_ = std::move(*made);
    }
    if (watched_.is_http2) return prepared(std::make_shared<Http2TlsCheck>(loop_, watched_.address, check, tls_));
    return prepared(std::make_shared<HttpsCheck>(loop_, watched_.address, check, tls_));
}

std::shared_ptr<Check> Checker::make_geneve(std::uint32_t number) {
    if (path_ == nullptr) return std::make_shared<ImpossibleCheck>(loop_, "There is no way for GENEVE probes here");
    Probe probe{watched_.index, watched_.probe_endpoint, number, probe_packet(watched_.check->probe, number)};
    return std::make_shared<GeneveCheck>(loop_, watched_.check->timeout, std::move(probe), *path_);
}

} // namespace sallyport::health
