// SPDX-License-Identifier: Apache-2.0
// sallyport run: the gateway, in the foreground.
#include "cli/command.hpp"
#include "cli/configuration.hpp"
#include "cli/options.hpp"
#include "control/admin_server.hpp"
#include "io/gateway.hpp"
#include "io/steward.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <spdlog/spdlog.h>

namespace sallyport::cli {
namespace {

namespace po = boost::program_options;

void log_ports(const io::Gateway& gateway) {
    for (PortIndex port = 0; port < gateway.roster().ports.size(); ++port) {
        const io::PortState state = gateway.port_state(port);
        spdlog::info("port {}: {} by {}, {} queue{} ({}), host link {}", state.name, state.device, state.driver,
                     state.queues, state.queues == 1 ? "" : "s", state.driver_reason, state.host_link);
    }
}

int run_gateway(const config::Config& config, const io::GatewayOptions& options) {
    boost::asio::io_context events;
    auto gateway = io::Gateway::start(config, events, options);
    if (!gateway) return complain(gateway.error().message, exit_failed);
    log_ports(**gateway);
    // Ends before the gateway does: it shows the gateway's own memory.
    const auto admin =
        control::AdminServer::start({.path = config.gateway.admin}, {**gateway, (*gateway)->steward()}, events);
    if (!admin) return complain(admin.error().message, exit_failed);

    spdlog::info("{} is running with {} worker{}; ask it with `sallyport status --admin {}`", config.gateway.name,
                 config.gateway.workers, config.gateway.workers == 1 ? "" : "s", config.gateway.admin);
    (*gateway)->run();
    return exit_done;
}

} // namespace

int run_run(std::span<const std::string> arguments) {
    std::string path;
    Usage usage{
        "run --config FILE [--verbose]",
        "Runs the gateway in the foreground, until SIGTERM or SIGINT. SIGHUP makes it read the configuration again,\n"
        "as `sallyport reload` does. Needs the right to open network devices (root, or CAP_NET_ADMIN and\n"
        "CAP_NET_RAW).",
        po::options_description("options")};
    usage.options.add_options()                                                             //
        ("config,c", po::value(&path)->required()->value_name("FILE"), "the configuration") //
        ("verbose,v", "log more, DPDK's own lines too");
    const auto options = read_options(usage, arguments);
    if (!options) return options.error();
    // Absolute, so that a reload finds the same file, and the same paths in it, wherever the process is by then.
    path = std::filesystem::absolute(path).string();
    const auto config = load_configuration(path);
    if (!config) return config.error();

    const bool is_verbose = options->contains("verbose");
    spdlog::set_level(is_verbose ? spdlog::level::debug : spdlog::level::info);
    return run_gateway(*config, {.verbose = is_verbose, .config_path = path});
}

} // namespace sallyport::cli
