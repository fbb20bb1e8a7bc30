// SPDX-License-Identifier: Apache-2.0
// JSON with one member a line, for files that people read and compare as well.
#pragma once

#include <boost/json/value.hpp>
#include <ostream>

namespace sallyport::replay {

void write_pretty(std::ostream& out, const boost::json::value& value, unsigned indent = 0);

} // namespace sallyport::replay
