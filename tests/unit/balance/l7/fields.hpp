// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "balance/http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::test {

/// Every value of that name.
inline std::vector<std::string> values(const http::Fields& fields, std::string_view name) {
    std::vector<std::string> found;
    for (const http::Field& field : fields) {
        if (http::equal_names(field.name, name)) found.emplace_back(field.value);
    }
    return found;
}

using Values = std::vector<std::string>;

} // namespace sallyport::test
