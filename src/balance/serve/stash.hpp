// SPDX-License-Identifier: Apache-2.0
// What was read of a connection and could not be worked on yet: a part of a head, what stands behind a request, content
// that nobody takes just now. Empty most of the time: then bytes are read into the thread's one buffer.
#pragma once

#include "balance/serve/reactor.hpp"
#include "balance/serve/transport.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace sallyport::serve {

class Stash {
public:
    /// Reads once. `take` is given what was left and what came behind it, and keep()s what it has no use for yet.
    template <typename Take>
    [[nodiscard]] IoState read(Transport& transport, Reactor& reactor, Take&& take) {
        if (rest_.empty()) {
            const Io got = transport.read(reactor.scratch(), Reactor::scratch_bytes);
            if (got.state == IoState::done) take(std::string_view(reactor.scratch(), got.bytes));
            return got.state;
        }
        std::string all = release();
        const std::size_t had = all.size();
        all.resize(had + growth_bytes);
        const Io got = transport.read(all.data() + had, growth_bytes);
        all.resize(had + got.bytes);
        if (got.state == IoState::done) {
            take(std::string_view(all));
        } else {
            rest_ = std::move(all);
        }
        return got.state;
    }
    /// In the place of what it has; `rest` may not be a part of that.
    void keep(std::string_view rest) {
        if (!rest.empty()) {
            rest_ = std::string(rest);
        } else if (rest_.capacity() > kept_bytes) {
            rest_ = {};
        } else {
            rest_.clear();
        }
    }
    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    /// All that there is, which is not here any more.
    [[nodiscard]] std::string release() noexcept { return std::exchange(rest_, {}); }

private:
    static constexpr std::size_t growth_bytes = 16'384;
    /// Room beyond that is given back when there is nothing in it.
    static constexpr std::size_t kept_bytes = 1'024;

    std::string rest_;
};

} // namespace sallyport::serve
