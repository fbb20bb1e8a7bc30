// SPDX-License-Identifier: Apache-2.0
#include "health/geneve_check.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::health {

using namespace std::chrono_literals;

GeneveCheck::GeneveCheck(boost::asio::io_context& loop, std::chrono::milliseconds timeout, Probe probe, ProbePath& path)
    : Check(loop, timeout), look_(loop), longest_pause_(std::clamp<std::chrono::milliseconds>(timeout / 10, 1ms, 20ms)),
      probe_(std::move(probe)), path_(path) {}

void GeneveCheck::begin() {
    if (probe_.packet.empty())
        return fail(Reason::internal_error, "The probe's addresses and protocol do not make a packet");
    path_.send(probe_.appliance, probe_.number, probe_.packet, probe_.endpoint);
    look_later();
}

/// Often at first, when the answer of an appliance that works comes, then less: one that does not costs little.
void GeneveCheck::look_later() {
    look_.expires_after(pause_);
    pause_ = std::min(pause_ * 2, longest_pause_);
    look_.async_wait([self = shared_from_this(), this](const boost::system::error_code&) {
        guarded([this] {
            if (path_.answered(probe_.appliance, probe_.number)) return pass();
            look_later();
        });
    });
}

void GeneveCheck::expire() {
    if (path_.answered(probe_.appliance, probe_.number)) return pass(); // since the last look
    fail(Reason::timeout, "Request timed out: the probe did not come back from the appliance");
}

} // namespace sallyport::health
