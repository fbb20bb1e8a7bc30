// SPDX-License-Identifier: Apache-2.0
// Does a packet get through the appliance and back? The one check that proves the data path.
#pragma once

#include "health/check.hpp"
#include "health/probe_path.hpp"

#include <cstdint>
#include <vector>

namespace sallyport::health {

struct Probe {
    ApplianceIndex appliance = no_index;
    EndpointIndex endpoint = no_index;
    std::uint32_t number = 0;
    std::vector<std::uint8_t> packet; // IP; empty: none can be built
};

class GeneveCheck final : public Check {
public:
    /// `path` is asked no more once the check is cancelled or over.
    GeneveCheck(boost::asio::io_context& loop, std::chrono::milliseconds timeout, Probe probe, ProbePath& path);

protected:
    void begin() override;
    void close() noexcept override { look_.cancel(); }
    void expire() override;

private:
    void look_later();

    boost::asio::steady_timer look_;
    std::chrono::milliseconds pause_{1};
    std::chrono::milliseconds longest_pause_;
    Probe probe_;
    ProbePath& path_;
};

} // namespace sallyport::health
