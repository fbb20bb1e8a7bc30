// SPDX-License-Identifier: Apache-2.0
// Which context is to be used now that its files may have changed? A good new one, else the one so far. For the control
// thread, which hands what it gets to the others in its next snapshot.
#pragma once

#include "balance/tls/watched_files.hpp"
#include "support/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace sallyport::tls {

/// Context is ServerContext or ClientContext.
template <typename Context>
class Reloader {
public:
    using Pointer = std::shared_ptr<const Context>;
    using Load = std::function<Result<Pointer>()>;

    /// Loads for the first time; `files` are those that `load` reads.
    static Result<Reloader> start(std::vector<std::string> files, Load load) {
        Reloader made(std::move(files), std::move(load));
        Result<Pointer> first = made.load_();
        if (!first) return tl::unexpected(first.error());
        made.current_ = std::move(*first);
        return made;
    }

    [[nodiscard]] const Pointer& current() const noexcept { return current_; }

    struct Outcome {
        bool replaced = false; // current() is new
        std::string trouble;   // why the new files are not used; said once, empty otherwise
    };
    /// Every few seconds. Files that do not fit may be half-written: they are tried again each time until they do.
    Outcome poll() {
        if (!files_.changed() && !in_trouble_) return {};
        Result<Pointer> next = load_();
        in_trouble_ = !next;
        if (next) {
            said_.clear();
            current_ = std::move(*next);
            return {.replaced = true, .trouble = {}};
        }
        if (next.error().message == said_) return {};
        said_ = next.error().message;
        return {.replaced = false, .trouble = said_};
    }

private:
    /// The files are looked at before they are read: a change in between is seen at the next poll.
    Reloader(std::vector<std::string> files, Load load) : files_(std::move(files)), load_(std::move(load)) {}

    WatchedFiles files_;
    Load load_;
    Pointer current_;
    bool in_trouble_ = false;
    std::string said_;
};

} // namespace sallyport::tls
