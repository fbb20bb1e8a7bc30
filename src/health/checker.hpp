// SPDX-License-Identifier: Apache-2.0
// Makes an appliance's checks, one after the other, as its configuration asks for them.
#pragma once

#include "health/check.hpp"
#include "health/http2_check.hpp"
#include "health/probe_path.hpp"
#include "health/tcp_check.hpp"
#include "health/watched.hpp"

#include <memory>

namespace sallyport::health {

class Checker {
public:
    /// `watched` has a check. `path` may be nullptr; then GENEVE probes fail as internal errors. So may `notes`:
    /// nothing tells checks from proxies' connections then.
    Checker(boost::asio::io_context& loop, const Watched& watched, ProbePath* path, balance::LegNotes* notes = nullptr);

    /// Never nullptr. `number` names a GENEVE probe.
    [[nodiscard]] std::shared_ptr<Check> make(std::uint32_t number);

private:
    [[nodiscard]] std::shared_ptr<Check> prepared(std::shared_ptr<TcpCheck> check);
    [[nodiscard]] std::shared_ptr<Check> make_http();
    [[nodiscard]] std::shared_ptr<Check> make_https();
    [[nodiscard]] std::shared_ptr<Check> make_geneve(std::uint32_t number);

    boost::asio::io_context& loop_;
    Watched watched_;
    ProbePath* path_;
    balance::LegNotes* notes_;
    std::shared_ptr<balance::LegNote> note_; // of the last check: its FIN may still be on its way
    TlsContext tls_;                         // once it could be made
};

} // namespace sallyport::health
