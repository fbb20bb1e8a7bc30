// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_tables.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

#include <boost/json/array.hpp>

namespace sallyport::cli {

namespace json = boost::json;

std::string appliances_table(const json::object& result) {
    Table table({{"group"},
                 {"appliance"},
                 {"address"},
                 {"weight", Align::right},
                 {"way"},
                 {"port"},
                 {"gateway"},
                 {"mac"},
                 {"flows created", Align::right},
                 {"sent", Align::right},
                 {"returned", Align::right},
                 {"sent bytes", Align::right}});
    for (const json::value& each : items(result, "appliances")) {
        if (!each.is_object()) continue;
        const json::object& appliance = each.get_object();
        const json::object& way = part(appliance, "way");
        table.add({word(appliance, "group"), word(appliance, "name"), word(appliance, "address"),
                   word(appliance, "weight"), word(way, "state"), word(way, "port"), word(way, "gateway"),
                   word(way, "mac"), word(appliance, "flows_created"), word(appliance, "packets_sent"),
                   word(appliance, "packets_returned"), word(appliance, "bytes_sent")});
    }
    return table.text();
}

} // namespace sallyport::cli
