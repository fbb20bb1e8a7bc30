// SPDX-License-Identifier: Apache-2.0
#include "balance/serve/link.hpp"

#include <sys/epoll.h>
#include <utility>

namespace sallyport::serve {
namespace {

/// So much is sent at once instead of being copied and sent when the round is over.
constexpr std::size_t worth_a_call_bytes = 16'384;
/// A buffer that has become larger than this is given back when it is empty.
constexpr std::size_t kept_capacity_bytes = 4'096;

} // namespace

Link::Link(Reactor& reactor, Links& links, Transport transport)
    : reactor_(reactor), links_(links), transport_(std::move(transport)) {}

Link::~Link() {
    reactor_.forget(*this);
}

bool Link::begin() {
    if (reactor_.watch(transport_.descriptor(), *this)) return true;
    retire();
    return false;
}

void Link::on_ready(std::uint32_t events) {
    if (is_retired_) return;
    if ((events & EPOLLOUT) != 0 && !can_write_) {
        can_write_ = true;
        on_writable();
        if (is_retired_) return;
        if (has_unsent()) flush_soon();
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 && !peer_has_ended_) {
        peer_has_ended_ = true;
        transport_.expect_end();
        on_peer_ended();
        if (is_retired_) return;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        transport_.refill();
        on_readable();
    }
}

void Link::send(std::string_view bytes) {
    if (is_retired_ || bytes.empty()) return;
    if (bytes.size() < worth_a_call_bytes || !can_write_ || !may_write_) {
        out_.append(bytes);
        return flush_soon();
    }
    const Io sent = transport_.write(std::string_view(out_).substr(sent_), bytes);
    if (sent.state == IoState::would_block || sent.state == IoState::done) {
        const std::size_t waiting = unsent();
        if (sent.bytes < waiting) {
            sent_ += sent.bytes;
            out_.append(bytes);
        } else {
            out_.clear();
            sent_ = 0;
            out_.append(bytes.substr(sent.bytes - waiting));
        }
        if (sent.state == IoState::would_block || unsent() > 0 || transport_.holds_unsent()) can_write_ = false;
    } else {
        // Told at the round's end: who sends is not to vanish under its own hands.
        out_.append(bytes);
        flush_soon();
    }
    if (is_congested()) was_congested_ = true;
}

bool Link::flush() {
    if (is_retired_) return false;
    while (can_write_ && may_write_ && has_unsent()) {
        const std::size_t size = unsent();
        const Io sent = size > 0 ? transport_.write(std::string_view(out_).substr(sent_)) : Io{transport_.flush(), 0};
        if (sent.state == IoState::failed || sent.state == IoState::ended) {
            on_broken();
            return false;
        }
        sent_ += sent.bytes;
        // What the kernel did not take whole it will tell when it has room again.
        if (sent.state == IoState::would_block || sent.bytes < size || transport_.holds_unsent()) can_write_ = false;
    }
    if (unsent() == 0) {
        sent_ = 0;
        if (out_.capacity() > kept_capacity_bytes) {
            out_ = {};
        } else {
            out_.clear();
        }
    } else if (sent_ > high_water_bytes) {
        out_.erase(0, std::exchange(sent_, 0));
    }
    return true;
}

void Link::on_round_end() {
    const bool was_waiting = has_unsent();
    if (!flush()) return;
    if (is_congested()) {
        was_congested_ = true;
    } else if (!has_unsent() ? was_waiting || was_congested_ : was_congested_) {
        was_congested_ = false;
        on_drained();
    }
}

void Link::retire() {
    if (is_retired_) return;
    is_retired_ = true;
    transport_.close();
    reactor_.forget(*this);
    if (auto owned = links_.remove(*this)) reactor_.bury(std::move(owned));
}

Transport Link::hand_over() {
    Transport given = std::move(transport_);
    is_retired_ = true;
    reactor_.forget(*this);
    if (auto owned = links_.remove(*this)) reactor_.bury(std::move(owned));
    return given;
}

void Links::add(std::unique_ptr<Link> link) {
    link->place_ = links_.size();
    links_.push_back(std::move(link));
}

std::unique_ptr<Link> Links::remove(Link& link) noexcept {
    if (link.place_ >= links_.size() || links_[link.place_].get() != &link) return nullptr;
    std::unique_ptr<Link> owned = std::move(links_[link.place_]);
    if (&links_[link.place_] != &links_.back()) {
        links_[link.place_] = std::move(links_.back());
        links_[link.place_]->place_ = link.place_;
    }
    links_.pop_back();
    return owned;
}

} // namespace sallyport::serve
