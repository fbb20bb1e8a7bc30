// SPDX-License-Identifier: Apache-2.0
#include "kit/runner.hpp"

#include "kit/report.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <string_view>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace sallyport::appliances {

namespace {

using Clock = std::chrono::steady_clock;

/// So many batches from one socket before the others and the signals have their turn.
constexpr int batches_in_a_row = 16;

Instant now() noexcept {
    const auto since_boot = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch());
    return {static_cast<std::uint64_t>(since_boot.count())};
}

void say(const RunnerSettings& settings, std::string_view sentence) {
    std::fprintf(stderr, "%s: %.*s\n", settings.program.c_str(), static_cast<int>(sentence.size()), sentence.data());
}

bool has_ipv6() noexcept {
    return static_cast<bool>(Descriptor(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
}

/// The links, or none of them if one could not be opened; says why.
std::vector<Link> open_links(const RunnerSettings& settings) {
    std::vector<Link> links;
    const bool everywhere = settings.listen.empty();
    const std::vector<IpAddress> everything{*IpAddress::parse("0.0.0.0"), *IpAddress::parse("::")};
    for (const IpAddress& address : everywhere ? everything : settings.listen) {
        auto link = Link::open(address, settings.socket_buffer_bytes);
        if (link) {
            links.push_back(std::move(*link));
            continue;
        }
        // A host without IPv6 is still worth serving.
        if (everywhere && !address.is_v4() && !has_ipv6()) {
            say(settings, "IPv6 is off on this host: only IPv4 is served.");
            continue;
        }
        say(settings, link.error().message);
        return {};
    }
    return links;
}

Descriptor block_and_open_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
        sigaddset(&signals, signal);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return Descriptor(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
}

class Run {
public:
    Run(const RunnerSettings& settings, Appliance& appliance, std::vector<Link> links, Descriptor signals)
        : settings_(settings), appliance_(appliance), links_(std::move(links)), signals_(std::move(signals)) {
        waiting_.push_back({signals_.number(), POLLIN, 0});
        for (const Link& link : links_)
            waiting_.push_back({link.receiver(), POLLIN, 0});
    }

    int until_told_to_end() {
        next_stats_ = Clock::now() + settings_.stats_interval;
        while (!ended_) {
            if (::poll(waiting_.data(), waiting_.size(), timeout_ms()) < 0 && errno != EINTR) {
                say(settings_, std::string("cannot wait for packets: ") + std::strerror(errno) + '.');
                return 1;
            }
            for (std::size_t i = 0; i < links_.size(); ++i) {
                if (waiting_[i + 1].revents != 0) serve(links_[i]);
            }
            if (waiting_[0].revents != 0) read_signals();
            if (settings_.stats_interval.count() > 0 && Clock::now() >= next_stats_) {
                next_stats_ += settings_.stats_interval;
                write_stats();
            }
        }
        write_stats();
        const std::string report = report_as_json(answers_, link_counters_, appliance_.counts());
        std::fputs(report.c_str(), stdout);
        std::fflush(stdout);
        return 0;
    }

private:
    [[nodiscard]] int timeout_ms() const {
        if (settings_.stats_interval.count() == 0) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_stats_ - Clock::now());
        return left.count() < 0 ? 0 : static_cast<int>(left.count());
    }

    void serve(Link& link) {
        for (int i = 0; i < batches_in_a_row; ++i) {
            if (link.serve(appliance_, now(), answers_, link_counters_) < Link::batch) return;
        }
    }

    void read_signals() {
        signalfd_siginfo signal{};
        while (::read(signals_.number(), &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
            if (signal.ssi_signo == SIGUSR1) {
                write_stats();
            } else {
                ended_ = true;
            }
        }
    }

    void write_stats() {
        if (settings_.stats_file.empty()) return;
        if (!write_report(settings_.stats_file, report_as_json(answers_, link_counters_, appliance_.counts()))) {
            say(settings_, "cannot write " + settings_.stats_file + ": " + std::strerror(errno) + '.');
        }
    }

    const RunnerSettings& settings_;
    Appliance& appliance_;
    std::vector<Link> links_;
    Descriptor signals_;
    std::vector<pollfd> waiting_;
    AnswerCounters answers_;
    LinkCounters link_counters_;
    Clock::time_point next_stats_;
    bool ended_ = false;
};

} // namespace

int run(const RunnerSettings& settings, Appliance& appliance) {
    // Signals first: one that comes while the sockets open must end the program as cleanly as a later one.
    Descriptor signals = block_and_open_signals();
    if (!signals) {
        say(settings, std::string("cannot receive signals: ") + std::strerror(errno) + '.');
        return 1;
    }
    std::vector<Link> links = open_links(settings);
    if (links.empty()) return 1;
    say(settings, "ready");
    return Run(settings, appliance, std::move(links), std::move(signals)).until_told_to_end();
}

} // namespace sallyport::appliances
