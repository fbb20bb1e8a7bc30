// SPDX-License-Identifier: Apache-2.0
// Looks every few seconds whether files of certificates have changed, and says what came of it. For the control thread.
#pragma once

#include "balance/tls/kept_contexts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace sallyport::io {

class CertificateWatch {
public:
    /// `look` looks; `changed` is called when there are new contexts.
    CertificateWatch(boost::asio::io_context& events, std::function<tls::News()> look, std::function<void()> changed);

    /// Looks now, too. Once.
    void start();
    void stop() { timer_.cancel(); }

private:
    boost::asio::steady_timer timer_;
    std::function<tls::News()> look_;
    std::function<void()> changed_;
};

} // namespace sallyport::io
