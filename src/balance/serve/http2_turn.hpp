// SPDX-License-Identifier: Apache-2.0
// At the end of a round a connection with HTTP/2 sends what the round has made.
#pragma once

#include "balance/serve/reactor.hpp"

namespace sallyport::serve {

template <typename Peer>
class Http2Turn final : public RoundEnd {
public:
    explicit Http2Turn(Peer& peer) : peer_(peer) {}
    void on_round_end() override { peer_.take_turn(); }

private:
    Peer& peer_;
};

} // namespace sallyport::serve
