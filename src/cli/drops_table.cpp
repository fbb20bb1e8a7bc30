// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {

std::string drops_table(const boost::json::object& result) {
    Table table({{"reason"}, {"packets", Align::right}, {"meaning"}});
    for (const boost::json::value& each : items(result, "drops")) {
        if (!each.is_object()) continue;
        const boost::json::object& drop = each.get_object();
        table.add({word(drop, "reason"), word(drop, "count"), word(drop, "meaning")});
    }
    table.add({"total", word(result, "total")});
    return table.text();
}

} // namespace sallyport::cli
