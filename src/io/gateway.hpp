// SPDX-License-Identifier: Apache-2.0
// A running gateway: everything between a checked Config and workers that move packets. Made, asked and ended on one
// thread, the control thread; the workers have threads of their own and never wait for it.
#pragma once

#include "config/config.hpp"
#include "control/view.hpp"
#include "support/address.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace sallyport::io {

struct GatewayOptions {
    bool verbose = false;    // DPDK's own log lines too
    std::string config_path; // absolute: read again by a reload
};

/// A port in full, for `status`; control::PortFacts is the short form.
struct PortState {
    std::string name;
    std::string device;        // interface, PCI address or file
    std::string driver;        // net_af_xdp, net_af_packet, net_pcap, net_null, or the PCI driver's name
    std::string driver_reason; // why this one, a clause
    std::uint16_t vlan = 0;    // 0: untagged
    MacAddress mac;
    std::uint16_t mtu = 0; // largest IP packet
    bool link_up = false;
    bool present = true;      // false: the interface vanished while the gateway ran
    std::uint16_t queues = 0; // receive queues of its device
    std::uint64_t packets_missed = 0;
    std::string host_link; // "sp-north"
};

class Steward;

class Gateway final : public control::View {
public:
    /// Opens every port, host link and guard, and starts the workers. On failure everything done so far is undone and
    /// the error is one sentence that says what to do. The netlink socket, the signals and timers live on `events`,
    /// which must outlive the gateway. Once a process: DPDK does not start twice.
    static Result<std::unique_ptr<Gateway>> start(const config::Config& config, boost::asio::io_context& events,
                                                  const GatewayOptions& options);
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;
    /// Ends the workers and closes the ports; TAPs and guards are gone afterwards.
    ~Gateway() override;

    /// Runs `events` until SIGTERM, SIGINT or stop(). SIGHUP reloads.
    void run();
    void stop();

    // control::View: what the admin socket shows. On the control thread only.
    [[nodiscard]] std::string gateway_name() const override;
    [[nodiscard]] std::chrono::milliseconds uptime() const override;
    [[nodiscard]] const chain::Roster& roster() const override;
    [[nodiscard]] unsigned worker_count() const override;
    [[nodiscard]] const WorkerCounters& counters(unsigned worker) const override;
    [[nodiscard]] unsigned stream_thread_count() const override;
    [[nodiscard]] const StreamCounters& stream_counters(unsigned thread) const override;
    [[nodiscard]] const balance::TlsCounters& tls_counters(ListenerIndex listener) const override;
    [[nodiscard]] control::WorkerFacts worker(unsigned worker) const override;
    [[nodiscard]] control::PortFacts port(PortIndex port) const override;
    [[nodiscard]] control::ForwardingFacts forwarding() const override;
    [[nodiscard]] forward::Adjacency way_to(ApplianceIndex appliance) const override;
    [[nodiscard]] control::MemberState appliance_state(ApplianceIndex appliance) const override;
    [[nodiscard]] control::ApplianceCounts counts_before(ApplianceIndex appliance) const override;
    [[nodiscard]] control::MemberState target_state(TargetIndex target) const override;
    [[nodiscard]] control::TargetCounts target_counts_before(TargetIndex target) const override;
    [[nodiscard]] std::optional<health::Report> target_health(TargetIndex target) const override;
    [[nodiscard]] std::set<std::string> shifted_zones() const override;
    [[nodiscard]] WallClock wall_clock() const override;
    [[nodiscard]] std::optional<control::FlowLogFacts> flow_log() const override;
    [[nodiscard]] std::uint64_t clients_not_told() const override;
    [[nodiscard]] unsigned http_thread_count() const override;
    [[nodiscard]] const serve::HttpCounters& http_counters(unsigned thread) const override;
    [[nodiscard]] std::vector<control::HttpLogFacts> http_logs() const override;
    [[nodiscard]] std::optional<control::FlowPage> list_flows(unsigned worker, flow::FlowIndex from,
                                                              std::span<journey::FlowRecord> out) override;

    /// What changes it; on the control thread only.
    [[nodiscard]] Steward& steward() noexcept;

    [[nodiscard]] PortState port_state(PortIndex port) const;
    /// The gateway's time line.
    [[nodiscard]] static Instant now() noexcept;

private:
    struct Parts;
    explicit Gateway(std::unique_ptr<Parts> parts) noexcept;
    void start_steward(boost::asio::io_context& events, const std::string& config_path);
    std::unique_ptr<Parts> parts_;
};

} // namespace sallyport::io
