// SPDX-License-Identifier: Apache-2.0
// Opening the sockets of a link, with a sentence for each way in which that fails.
#pragma once

#include "support/address.hpp"
#include "support/descriptor.hpp"
#include "support/result.hpp"

#include <cstdint>
#include <netinet/in.h>

namespace sallyport::appliances {

/// A UDP socket on port 6081 of `listen` that also tells where each packet was sent to.
[[nodiscard]] Result<Descriptor> open_receiver(const IpAddress& listen, std::uint32_t buffer_bytes);

/// A raw socket that sends whole IP packets and receives nothing.
[[nodiscard]] Result<Descriptor> open_sender(Family family, std::uint32_t buffer_bytes);

} // namespace sallyport::appliances
