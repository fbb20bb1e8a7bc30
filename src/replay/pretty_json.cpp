// SPDX-License-Identifier: Apache-2.0
#include "replay/pretty_json.hpp"

#include <boost/json/serialize.hpp>
#include <string>

namespace sallyport::replay {
namespace {

void begin_item(std::ostream& out, bool is_first, unsigned indent) {
    out << (is_first ? "\n" : ",\n") << std::string(indent, ' ');
}

} // namespace

void write_pretty(std::ostream& out, const boost::json::value& value, unsigned indent) {
    constexpr unsigned step = 2;
    bool is_first = true;
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        out << '{';
        for (const auto& member : *object) {
            begin_item(out, is_first, indent + step);
            out << boost::json::serialize(member.key()) << ": ";
            write_pretty(out, member.value(), indent + step);
            is_first = false;
        }
        out << '\n' << std::string(indent, ' ') << '}';
    } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
        out << '[';
        for (const auto& item : *array) {
            begin_item(out, is_first, indent + step);
            write_pretty(out, item, indent + step);
            is_first = false;
        }
        out << '\n' << std::string(indent, ' ') << ']';
    } else {
        out << boost::json::serialize(value);
    }
}

} // namespace sallyport::replay
