// SPDX-License-Identifier: Apache-2.0
#include "balance/stream/stream_listeners.hpp"

namespace sallyport::balance {
namespace {

StreamListener stream_listener(const Listener& from, ListenerId id) {
    StreamListener listener;
    listener.name = from.name;
    listener.id = id;
    listener.address = {from.address, from.port};
    listener.trusted = from.proxy_protocol_from;
    listener.allow = from.sources.allow;
    listener.deny = from.sources.deny;
    listener.needs_sni = !from.rules.empty();
    listener.idle_timeout = from.tcp_idle;
    return listener;
}

} // namespace

std::vector<StreamListener> stream_listeners(const Directory& directory) {
    std::vector<StreamListener> listeners;
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const Listener& each = directory.listeners[i];
        if (each.mode == config::ListenerMode::proxy && !each.is_http && !each.is_gone)
            listeners.push_back(stream_listener(each, static_cast<ListenerId>(i)));
    }
    return listeners;
}

} // namespace sallyport::balance
