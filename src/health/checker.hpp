// SPDX-License-Identifier: Apache-2.0
// Makes an appliance's checks, one after the other, as its configuration asks for them.
#pragma once

#include "health/check.hpp"
#include "health/check_tls.hpp"
#include "health/http2_check.hpp"
#include "health/probe_path.hpp"
#include "health/target_tls.hpp"
#include "health/tcp_check.hpp"
#include "health/watched.hpp"

#include <memory>

namespace sallyport::health {

/// What checks need beside the event loop.
struct CheckTools {
    ProbePath* probes = nullptr;            // null: GENEVE probes fail as internal errors
    TargetTls target_tls = {};              // empty: so do checks by a target group's TLS
    balance::LegNotes* leg_notes = nullptr; // outlives the checker; null: checks pass for proxies' connections
};

class Checker {
public:
    /// `watched` has a check.
    Checker(boost::asio::io_context& loop, const Watched& watched, CheckTools tools = {});

    /// Never nullptr. `number` names a GENEVE probe.
    [[nodiscard]] std::shared_ptr<Check> make(std::uint32_t number);

private:
    [[nodiscard]] std::shared_ptr<Check> prepared(std::shared_ptr<TcpCheck> check);
    [[nodiscard]] std::shared_ptr<Check> make_http();
    [[nodiscard]] std::shared_ptr<Check> make_https();
    [[nodiscard]] Result<TlsSession> begin_tls();
    [[nodiscard]] std::shared_ptr<Check> make_geneve(std::uint32_t number);

    boost::asio::io_context& loop_;
    Watched watched_;
    CheckTools tools_;
    std::shared_ptr<balance::LegNote> note_; // of the last check: its FIN may still be on its way
    TlsContext tls_;                         // the check's own, once it could be made
};

} // namespace sallyport::health
