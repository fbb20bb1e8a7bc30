// SPDX-License-Identifier: Apache-2.0
#include "io/certificate_watch.hpp"

#include <chrono>
#include <spdlog/spdlog.h>
#include <utility>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto interval = 3s;

} // namespace

CertificateWatch::CertificateWatch(boost::asio::io_context& events, std::function<tls::News()> look,
                                   std::function<void()> changed)
    : timer_(events), look_(std::move(look)), changed_(std::move(changed)) {}

void CertificateWatch::start() {
    const tls::News news = look_();
    for (const std::string& sentence : news.changes)
        spdlog::info("{}", sentence);
    for (const std::string& sentence : news.troubles)
        spdlog::warn("{}", sentence);
    if (news.is_changed) changed_();
    timer_.expires_after(interval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) start();
    });
}

} // namespace sallyport::io
