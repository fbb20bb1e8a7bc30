// SPDX-License-Identifier: Apache-2.0
// One TCP connection in a reactor: what is to be sent is collected and leaves when the round is over, and whoever
// speaks the protocol is told when there is something to read and when everything has left.
#pragma once

#include "balance/serve/reactor.hpp"
#include "balance/serve/transport.hpp"
#include "support/index.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::serve {

/// More than this waits to be sent: who makes it shall stop until on_drained().
inline constexpr std::size_t high_water_bytes = 131'072;

class Links;

class Link : public Watched, private RoundEnd {
public:
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() override;
    void on_ready(std::uint32_t events) final;

    [[nodiscard]] std::size_t unsent() const noexcept { return out_.size() - sent_; }
    [[nodiscard]] bool has_unsent() const noexcept { return unsent() > 0 || transport_.holds_unsent(); }
    [[nodiscard]] bool is_congested() const noexcept { return unsent() > high_water_bytes; }
    /// Of the listener that it came by; no_index: a target's.
    [[nodiscard]] virtual std::uint16_t listener_number() const noexcept { return no_index; }
    /// Ends as soon as nobody loses anything by it: its listener is gone.
    virtual void close_soon() {}
    /// Ends now, whatever is under way.
    virtual void close_now() = 0;

protected:
    Link(Reactor& reactor, Links& links, Transport transport);

    /// Read until the transport is drained, or until enough has come.
    virtual void on_readable() = 0;
    /// What waited to be sent has left: all of it, or so much that there is room again.
    virtual void on_drained() {}
    /// The connection is broken, at the latest by now. Nothing of it is called any more after retire().
    virtual void on_broken() = 0;
    /// The first time that it can be written to: a connection that was opened is there.
    virtual void on_writable() {}
    /// The peer has said that it sends no more; reading will come to that after what it has sent before.
    virtual void on_peer_ended() {}

    /// Until it is true, what is to be sent waits.
    void may_write(bool may) noexcept { may_write_ = may; }
    /// The socket takes bytes, as far as is known.
    void assume_writable() noexcept { can_write_ = true; }
    /// False when the kernel can not watch it.
    [[nodiscard]] bool begin();
    /// Where to append what is to be sent; then flush_soon().
    [[nodiscard]] std::string& out() noexcept { return out_; }
    void flush_soon() { reactor_.at_round_end(*this); }
    void send(std::string_view bytes);
    /// False: broken, and on_broken() was called.
    bool flush();
    /// Closes it (with a RST after Transport::reset_at_end()), and ends it after this round.
    void retire();
    [[nodiscard]] bool is_retired() const noexcept { return is_retired_; }
    /// Leaves the socket to another link, with what was read and not used; then it ends.
    [[nodiscard]] Transport hand_over();

    [[nodiscard]] Reactor& reactor() noexcept { return reactor_; }
    [[nodiscard]] Links& links() noexcept { return links_; }
    [[nodiscard]] Transport& transport() noexcept { return transport_; }
    [[nodiscard]] const Transport& transport() const noexcept { return transport_; }
    [[nodiscard]] bool peer_has_ended() const noexcept { return peer_has_ended_; }

private:
    friend class Links;
    void on_round_end() final;

    Reactor& reactor_;
    Links& links_;
    Transport transport_;
    std::string out_;
    std::size_t sent_ = 0;  // of out_
    std::size_t place_ = 0; // in Links
    bool can_write_ = false;
    bool may_write_ = true;
    bool was_congested_ = false;
    bool peer_has_ended_ = false;
    bool is_retired_ = false;
};

/// All connections of a reactor, whose owner it is.
class Links {
public:
    /// False when it can not begin; it is gone then.
    template <typename Kind>
    bool adopt(std::unique_ptr<Kind> link) {
        Link& added = *link;
        add(std::move(link));
        return added.begin();
    }
    [[nodiscard]] std::size_t size() const noexcept { return links_.size(); }
    /// Calls for each; the call may retire it.
    template <typename Call>
    void for_each(Call call) {
        for (std::size_t i = links_.size(); i-- > 0;)
            if (i < links_.size()) call(*links_[i]);
    }

private:
    friend class Link;
    void add(std::unique_ptr<Link> link);
    [[nodiscard]] std::unique_ptr<Link> remove(Link& link) noexcept;

    std::vector<std::unique_ptr<Link>> links_;
};

} // namespace sallyport::serve
