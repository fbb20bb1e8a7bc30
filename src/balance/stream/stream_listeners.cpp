// SPDX-License-Identifier: Apache-2.0
#include "balance/stream/stream_listeners.hpp"

namespace sallyport::balance {
namespace {

StreamListener stream_listener(const Listener& from, ListenerId id, const StreamTerms::Front& front) {
    StreamListener listener;
    listener.name = from.name;
    listener.id = id;
    listener.address = {from.address, from.port};
    listener.trusted = from.proxy_protocol_from;
    listener.allow = from.sources.allow;
    listener.deny = from.sources.deny;
    listener.needs_sni = !from.rules.empty();
    listener.idle_timeout = from.tcp_idle;
    if (front.tls == nullptr) return listener;
    listener.tls = front.tls;
    listener.handshake_timeout = front.handshake_timeout;
    return listener;
}

} // namespace

std::vector<StreamListener> stream_listeners(const Directory& directory, const StreamTerms& terms) {
    std::vector<StreamListener> listeners;
    for (std::size_t i = 0; i < directory.listeners.size(); ++i) {
        const Listener& each = directory.listeners[i];
        const bool is_ours = each.mode == config::ListenerMode::proxy && !each.is_http && !each.is_gone;
        if (is_ours && (!each.is_tls || terms.listeners[i].tls != nullptr))
            listeners.push_back(stream_listener(each, static_cast<ListenerId>(i), terms.listeners[i]));
    }
    return listeners;
}

} // namespace sallyport::balance
