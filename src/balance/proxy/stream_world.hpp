// SPDX-License-Identifier: Apache-2.0
// What the connections of one proxy share, and the bounds of each.
#pragma once

#include "balance/legs/leg_notes.hpp"
#include "balance/proxy/listener_config.hpp"
#include "balance/proxy/pump.hpp"
#include "balance/proxy/target_streams.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>

namespace sallyport::balance {

// Of this one loop: smaller and quicker than with Asio's any_io_executor.
using Loop = boost::asio::io_context;
using StreamSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Loop::executor_type>;
using LoopTimer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>,
                                      Loop::executor_type>;

struct ProxySettings {
    std::chrono::milliseconds intake_timeout = std::chrono::seconds(10); // for PROXY header and ClientHello together
    std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
    unsigned max_attempts = 3; // connects for one client
    std::size_t max_hello_size = max_client_hello_size;
    std::size_t held_limit = std::size_t{256} << 20U; // see PumpRoom
    LegNotes* leg_notes = nullptr; // for whom connections to targets are is noted here; null: nobody asks
    std::chrono::milliseconds accept_pause = std::chrono::milliseconds(100); // when out of descriptors or memory
};

struct StreamWorld {
    StreamWorld(Loop& its_loop, const ProxySettings& its_settings, TargetChooser& its_chooser, StreamObserver& watcher)
        : loop(its_loop), settings(its_settings), chooser(its_chooser), observer(watcher),
          room(its_settings.held_limit) {}

    Loop& loop;
    ProxySettings settings;
    TargetChooser& chooser;
    StreamObserver& observer;
    PumpRoom room;
    TargetStreams by_target;
};

} // namespace sallyport::balance
