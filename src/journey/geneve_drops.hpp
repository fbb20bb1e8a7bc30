// SPDX-License-Identifier: Apache-2.0
// Each fault of the wire format under its drop reason.
#pragma once

#include "geneve/fault.hpp"
#include "telemetry/drop_reason.hpp"

namespace sallyport::journey {

[[nodiscard]] constexpr DropReason drop_reason(geneve::Fault fault) noexcept {
    using geneve::Fault;
    switch (fault) {
    case Fault::none:
        break;
    case Fault::header_truncated:
        return DropReason::GeneveHeaderTruncated;
    case Fault::version_unsupported:
        return DropReason::GeneveVersion;
    case Fault::reserved_bits_set:
        return DropReason::GeneveReservedBits;
    case Fault::control_packet:
        return DropReason::GeneveControl;
    case Fault::protocol_type_unsupported:
        return DropReason::GeneveProtocolType;
    case Fault::options_truncated:
        return DropReason::GeneveOptionsTruncated;
    case Fault::option_header_truncated:
        return DropReason::GeneveOptionOverrun;
    case Fault::option_reserved_bits_set:
        return DropReason::GeneveReservedBits;
    case Fault::option_overrun:
        return DropReason::GeneveOptionOverrun;
    case Fault::option_length_wrong:
        return DropReason::GeneveOptionLength;
    case Fault::option_duplicated:
        return DropReason::GeneveOptionDuplicate;
    case Fault::critical_option_unknown:
        return DropReason::GeneveCriticalOption;
    }
    return DropReason::GeneveHeaderTruncated;
}

} // namespace sallyport::journey
