// SPDX-License-Identifier: Apache-2.0
#include "io/gateway.hpp"

#include "balance/legs/leg_notes.hpp"
#include "io/assembly.hpp"
#include "io/flow_log.hpp"
#include "io/health_watch.hpp"
#include "io/http_service.hpp"
#include "io/kernel_follower.hpp"
#include "io/steward.hpp"
#include "io/stream_proxy.hpp"
#include "io/worker_loop.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <thread>

namespace sallyport::io {

namespace {

using namespace std::chrono_literals;

constexpr auto flow_mail_patience = 100ms;

void log_to_stderr() {
    auto logger = std::make_shared<spdlog::logger>("sallyport", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%H:%M:%S.%e %l: %v");
    spdlog::set_default_logger(std::move(logger));
}

} // namespace

/// In the order of making; the end is the reverse.
struct Gateway::Parts {
    Parts(const config::Config& from, boost::asio::io_context& on)
        : config(from), registry(from, monotonic_now()), events(on), signals(on, SIGTERM, SIGINT), hangup(on, SIGHUP) {
    } // from here on they wait for run()
    ~Parts() {
        // While the workers still carry what they say last.
        if (http != nullptr) http->stop();
        if (stream_proxy != nullptr) stream_proxy->stop();
        for (const auto& loop : loops)
            loop->ask_to_stop();
        for (const auto& loop : loops)
            loop->stop();
        end_flow_log();
        station.drain();
    }

    Result<void> build(const GatewayOptions& options);
    Result<void> build_station(const GatewayOptions& options);
    Result<void> build_workers();
    Result<void> start_flow_log();
    Result<void> prepare_proxies();
    Result<std::function<void()>> prepare_proxies(const config::Config& wanted);
    void end_flow_log();
    [[nodiscard]] std::optional<control::FlowLogFacts> flow_log_facts() const;

    const config::Config config; // of the start; what a reload may change is the registry's
    control::Registry registry;
    boost::asio::io_context& events;
    boost::asio::signal_set signals;
    boost::asio::signal_set hangup;
    Instant started = monotonic_now();
    std::optional<Netlink> netlink;
    std::optional<Eal> eal;
    Station station;
    std::vector<MacAddress> macs;
    Snapshots snapshots;
    std::unique_ptr<KernelFollower> follower;
    balance::LegNotes leg_notes; // of proxies and checks, for the workers
    std::vector<std::unique_ptr<WorkerLoop>> loops;
    std::unique_ptr<StreamProxy> stream_proxy;
    std::unique_ptr<HttpService> http;
    std::unique_ptr<FlowLog> flow_log; // null: none was asked for
    std::unique_ptr<Steward> steward;
    std::unique_ptr<HealthWatch> health;
};

Result<void> Gateway::Parts::build(const GatewayOptions& options) {
    auto done = check_privileges();
    if (done) done = build_station(options);
    if (!done) return done;

    auto mirror = KernelMirror::open(*netlink, index_host_links(station));
    if (!mirror) return tl::unexpected(mirror.error());
    follower =
        std::make_unique<KernelFollower>(events, *netlink, std::move(*mirror), station, snapshots, registry.roster());
    follower->publish();
    done = build_workers();
    if (done && config.flow_log) done = start_flow_log();
    if (done) done = prepare_proxies();
    return done;
}

/// Before the workers run: what is wrong with certificates keeps the gateway from starting.
Result<void> Gateway::Parts::prepare_proxies() {
    stream_proxy = std::make_unique<StreamProxy>(events, registry.room(), leg_notes);
    http = std::make_unique<HttpService>(events, registry.room(), config, leg_notes);
    auto take = prepare_proxies(config);
    if (!take) return tl::unexpected(take.error());
    (*take)();
    return {};
}

/// What HTTP has ready it may have begun to run: it comes last.
Result<std::function<void()>> Gateway::Parts::prepare_proxies(const config::Config& wanted) {
    auto streams = stream_proxy->prepare(wanted);
    if (!streams) return tl::unexpected(streams.error());
    auto requests = http->prepare(wanted);
    if (!requests) return tl::unexpected(requests.error());
    return [one = std::move(*streams), other = std::move(*requests)] {
        one();
        other();
    };
}

Result<void> Gateway::Parts::build_station(const GatewayOptions& options) {
    auto opened = Netlink::open();
    if (!opened) return tl::unexpected(opened.error());
    netlink.emplace(std::move(*opened));

    const DevicePlans plans = plan_devices(config);
    const MemoryPlan memory = plan_memory(config, plans);
    auto started_eal = start_eal(config, plans, memory, options.verbose);
    if (!started_eal) return tl::unexpected(started_eal.error());
    eal.emplace(std::move(started_eal->eal));

    auto buffers = PacketBuffers::create(memory.packet_buffers, memory.room_bytes);
    if (!buffers) return tl::unexpected(buffers.error());
    station.buffers = std::make_unique<PacketBuffers>(std::move(*buffers));
    station.busy_poll = config.gateway.busy_poll;

    auto done = station.connect(config.gateway.workers);
    if (done) done = open_devices(station, config, plans, *netlink, started_eal->hugepages);
    if (!done) return done;
    macs = port_macs(station, config);
    done = open_host_links(station, config, *netlink, macs);
    if (done) done = install_routes(station, config, *netlink);
    return done;
}

Result<void> Gateway::Parts::build_workers() {
    const unsigned count = config.gateway.workers;
    const journey::WorkerKeys keys = make_worker_keys();
    for (unsigned index = 0; index < count; ++index) {
        auto worker = journey::Worker::create({.index = index,
                                               .count = count,
                                               .flow_capacity = config.gateway.flows_per_worker,
                                               .pending_capacity = config.gateway.pending_packets,
                                               .fragmented_packets = config.gateway.fragmented_packets,
                                               .held_fragments = config.gateway.held_fragments,
                                               .appliance_slots = registry.room().appliances,
                                               .group_slots = registry.room().groups,
                                               .listener_slots = registry.room().listeners,
                                               .target_group_slots = registry.room().target_groups,
                                               .target_slots = registry.room().targets,
                                               .flow_log = config.flow_log.has_value(),
                                               .port_macs = macs,
                                               .keys = keys,
                                               .leg_notes = &leg_notes},
                                              *registry.roster());
        if (!worker) return tl::unexpected(worker.error());
        loops.push_back(std::make_unique<WorkerLoop>(index, count, station, snapshots, std::move(*worker)));
    }
    return {};
}

Result<void> Gateway::Parts::start_flow_log() {
    std::vector<journey::EndedFlows*> queues;
    for (const auto& loop : loops)
        queues.push_back(loop->ended_flows());
    auto log = FlowLog::start(*config.flow_log, std::move(queues), registry.roster());
    if (!log) return tl::unexpected(log.error());
    flow_log = std::move(*log);
    return {};
}

void Gateway::Parts::end_flow_log() {
    if (flow_log == nullptr) return;
    flow_log->stop();
    const control::FlowLogFacts facts = *flow_log_facts();
    spdlog::info("flow log {}: {} lines written, {} dropped", facts.path, facts.lines_written, facts.lines_dropped);
}

std::optional<control::FlowLogFacts> Gateway::Parts::flow_log_facts() const {
    if (flow_log == nullptr) return std::nullopt;
    control::FlowLogFacts facts{.path = flow_log->path(),
                                .lines_written = flow_log->lines_written(),
                                .lines_dropped = flow_log->lines_lost(),
                                .is_failing = flow_log->is_failing()};
    for (const auto& loop : loops)
        facts.lines_dropped += loop->worker().counters().flow_log_dropped.read();
    return facts;
}

Result<std::unique_ptr<Gateway>> Gateway::start(const config::Config& config, boost::asio::io_context& events,
                                                const GatewayOptions& options) {
    log_to_stderr();
    auto parts = std::make_unique<Parts>(config, events);
    if (const auto done = parts->build(options); !done) return tl::unexpected(done.error());
    parts->follower->start();
    for (const auto& loop : parts->loops)
        loop->start();
    parts->stream_proxy->follow(parts->registry.roster());
    parts->http->follow(parts->registry.roster());
    std::unique_ptr<Gateway> gateway(new Gateway(std::move(parts)));
    gateway->start_steward(events, options.config_path);
    return gateway;
}

Gateway::Gateway(std::unique_ptr<Parts> parts) noexcept : parts_(std::move(parts)) {}
Gateway::~Gateway() = default;

void Gateway::start_steward(boost::asio::io_context& events, const std::string& config_path) {
    Parts& parts = *parts_;
    parts.steward = std::make_unique<Steward>(
        events, StewardTools{parts.registry, *parts.follower, parts.snapshots, *this, parts.hangup}, config_path);
    const auto log = parts.flow_log.get();
    const auto proxy = parts.stream_proxy.get();
    const auto http = parts.http.get();
    parts.steward->before_roster([log, proxy, http](auto roster) {
        if (log != nullptr) log->follow(roster);
        http->follow(roster);
        proxy->follow(std::move(roster));
    });
    parts.steward->also_await([proxy, http] { return proxy->is_current() && http->is_current(); });
    parts.steward->before_reload([&parts](const config::Config& wanted) { return parts.prepare_proxies(wanted); });
    parts.steward->start();
    parts.health = std::make_unique<HealthWatch>(events, *parts.steward, *this,
                                                 HealthWatchTools{.workers = parts.loops,
                                                                  .http = *parts.http,
                                                                  .stream_proxy = *parts.stream_proxy,
                                                                  .leg_notes = parts.leg_notes});
}

Steward& Gateway::steward() noexcept {
    return *parts_->steward;
}

void Gateway::run() {
    parts_->signals.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
    parts_->events.run();
    spdlog::info("stopping");
}

void Gateway::stop() {
    parts_->events.stop();
}

std::string Gateway::gateway_name() const {
    return parts_->registry.config().gateway.name;
}

std::chrono::milliseconds Gateway::uptime() const {
    return std::chrono::milliseconds((now().nanoseconds - parts_->started.nanoseconds) / 1'000'000U);
}

const chain::Roster& Gateway::roster() const {
    return *parts_->snapshots.latest().roster;
}
unsigned Gateway::worker_count() const {
    return static_cast<unsigned>(parts_->loops.size());
}
const WorkerCounters& Gateway::counters(unsigned worker) const {
    return parts_->loops[worker]->worker().counters();
}

unsigned Gateway::stream_thread_count() const {
    return 1 + parts_->http->thread_count();
}
const StreamCounters& Gateway::stream_counters(unsigned thread) const {
    return thread == 0 ? parts_->stream_proxy->counters() : parts_->http->stream_counters(thread - 1);
}

const balance::TlsCounters& Gateway::tls_counters(ListenerIndex listener) const {
    return parts_->stream_proxy->tls_counters(listener);
}

control::WorkerFacts Gateway::worker(unsigned worker) const {
    const WorkerLoop& loop = *parts_->loops[worker];
    const flow::FlowTable& flows = loop.worker().flows(); // only what never changes is read from here
    return {.flow_capacity = flows.capacity(),
            .flow_memory_bytes = flows.memory_bytes(),
            .pending_packets = loop.pending()};
}

control::PortFacts Gateway::port(PortIndex port) const {
    const PortState state = port_state(port);
    return {.device = state.device,
            .driver = state.driver,
            .driver_reason = state.driver_reason,
            .host_link = state.host_link,
            .vlan = state.vlan,
            .mac = state.mac,
            .link_up = state.link_up,
            .present = state.present,
            .packets_missed = state.packets_missed};
}

PortState Gateway::port_state(PortIndex port) const {
    const Device& device = *parts_->station.devices[parts_->station.ports[port].device];
    return {.name = parts_->config.ports[port].name,
            .device = device.plan().label,
            .driver = device.driver(),
            .driver_reason = device.reason(),
            .vlan = parts_->station.ports[port].vlan,
            .mac = parts_->macs[port],
            .mtu = parts_->config.ports[port].mtu,
            .link_up = device.link_up(),
            .present = device.present(),
            .queues = static_cast<std::uint16_t>(device.queues()),
            .packets_missed = device.packets_missed(),
            .host_link = parts_->station.host_links[port].name()};
}

control::ForwardingFacts Gateway::forwarding() const {
    return {.routes = parts_->follower->routes(), .neighbours = parts_->follower->neighbours()};
}

forward::Adjacency Gateway::way_to(ApplianceIndex appliance) const {
    return parts_->snapshots.latest().forwarding.to_appliance(appliance);
}

control::MemberState Gateway::appliance_state(ApplianceIndex appliance) const {
    return parts_->registry.state(appliance, now());
}
control::ApplianceCounts Gateway::counts_before(ApplianceIndex appliance) const {
    return parts_->steward->counts_before(appliance);
}
control::MemberState Gateway::target_state(TargetIndex target) const {
    return parts_->registry.target_state(target, now());
}
control::TargetCounts Gateway::target_counts_before(TargetIndex target) const {
    return parts_->steward->target_counts_before(target);
}
std::optional<health::Report> Gateway::target_health(TargetIndex target) const {
    return parts_->health->target_report(target);
}
std::set<std::string> Gateway::shifted_zones() const {
    return parts_->registry.shifted_zones();
}

WallClock Gateway::wall_clock() const {
    return wall_clock_now();
}
std::optional<control::FlowLogFacts> Gateway::flow_log() const {
    return parts_->flow_log_facts();
}

std::uint64_t Gateway::clients_not_told() const {
    return parts_->leg_notes.lost();
}

unsigned Gateway::http_thread_count() const {
    return parts_->http->thread_count();
}
const serve::HttpCounters& Gateway::http_counters(unsigned thread) const {
    return parts_->http->counters(thread);
}
std::vector<control::HttpLogFacts> Gateway::http_logs() const {
    return parts_->http->logs();
}

std::optional<control::FlowPage> Gateway::list_flows(unsigned worker, flow::FlowIndex from,
                                                     std::span<journey::FlowRecord> out) {
    FlowMail& mail = parts_->loops[worker]->flow_mail();
    if (out.empty() || !mail.ask(from, out.size())) return std::nullopt;
    const auto end = std::chrono::steady_clock::now() + flow_mail_patience;
    while (!mail.is_answered()) {
        if (std::chrono::steady_clock::now() > end) return std::nullopt;
        std::this_thread::sleep_for(50us);
    }
    std::ranges::copy(mail.records(), out.begin());
    return control::FlowPage{.count = mail.records().size(), .next = mail.next()};
}

Instant Gateway::now() noexcept {
    return monotonic_now();
}

} // namespace sallyport::io
