// SPDX-License-Identifier: Apache-2.0
// How long flows live and what a packet meets that comes too late: said by the gateway, and by each endpoint that
// differs.
#include "config/sections.hpp"

namespace sallyport::config {

using namespace std::chrono_literals;

FlowTimeouts read_timeouts(const Value& section, const FlowTimeouts& defaults) {
    FlowTimeouts timeouts = defaults;
    const Fields fields(section, {"tcp_idle", "tcp_half_open", "tcp_closing", "udp", "other"});
    fields.duration("tcp_idle", timeouts.tcp_idle, 1s);
    fields.duration("tcp_half_open", timeouts.tcp_half_open, 100ms);
    fields.duration("tcp_closing", timeouts.tcp_closing, 100ms);
    fields.duration("udp", timeouts.udp, 100ms);
    fields.duration("other", timeouts.other, 100ms);
    return timeouts;
}

std::optional<TcpMidstream> read_tcp_midstream(const Value& value) {
    return value.choice<TcpMidstream>(
        {{"drop", TcpMidstream::drop}, {"adopt", TcpMidstream::adopt}, {"reset", TcpMidstream::reset}});
}

} // namespace sallyport::config
