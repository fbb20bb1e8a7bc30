// SPDX-License-Identifier: Apache-2.0
// How much of an answer does a check by HTTP take, whoever sends it?
#pragma once

#include <cstdint>

namespace sallyport::health {

inline constexpr std::uint32_t max_head_bytes = 32U * 1024; // what ALB takes of a target
inline constexpr unsigned max_interim_answers = 8;          // 100 Continue, 103 Early Hints

} // namespace sallyport::health
