// SPDX-License-Identifier: Apache-2.0
// How many connections has each client's address, on one thread?
#pragma once

#include "support/address.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace sallyport::serve {

class ClientCounts {
public:
    /// One connection, counted as long as it lives; an empty one counts nowhere.
    class Place {
    public:
        Place() = default;
        Place(ClientCounts& counts, const IpAddress& client) : counts_(&counts), client_(client) {
            ++counts.by_client_[client];
        }
        Place(Place&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), client_(other.client_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(counts_, other.counts_);
            std::swap(client_, other.client_);
            return *this;
        }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (counts_ != nullptr) counts_->leave(client_);
        }

    private:
        ClientCounts* counts_ = nullptr;
        IpAddress client_;
    };

    [[nodiscard]] std::uint32_t of(const IpAddress& client) const noexcept {
        const auto found = by_client_.find(client);
        return found == by_client_.end() ? 0 : found->second;
    }

private:
    void leave(const IpAddress& client) noexcept {
        const auto found = by_client_.find(client);
        if (found != by_client_.end() && --found->second == 0) by_client_.erase(found);
    }

    std::map<IpAddress, std::uint32_t> by_client_;
};

} // namespace sallyport::serve
