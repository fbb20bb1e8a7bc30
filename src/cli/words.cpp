// SPDX-License-Identifier: Apache-2.0
#include "cli/words.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <cstdio>

namespace sallyport::cli {
namespace {

namespace json = boost::json;

std::string as_word(const json::value& value) {
    if (value.is_null()) return "-";
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string one_decimal(double value) {
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

} // namespace

std::string word(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr ? "-" : as_word(*value);
}

std::string list(const json::object& object, std::string_view key) {
    std::string text;
    for (const json::value& item : items(object, key))
        text += (text.empty() ? "" : ",") + as_word(item);
    return text.empty() ? "-" : text;
}

const json::object& part(const json::object& object, std::string_view key) {
    static const json::object empty;
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_object() ? value->get_object() : empty;
}

const json::array& items(const json::object& object, std::string_view key) {
    static const json::array empty;
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->get_array() : empty;
}

std::uint64_t number(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return 0;
    const auto result = json::try_value_to<std::uint64_t>(*value);
    return result ? *result : 0;
}

std::string seconds(const json::object& object, std::string_view key) {
    return one_decimal(static_cast<double>(number(object, key)) / 1000);
}

std::string duration(std::uint64_t milliseconds) {
    struct Unit {
        std::string_view word;
        std::uint64_t seconds;
    };
    constexpr std::array<Unit, 4> units = {{{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}};
    std::uint64_t rest = milliseconds / 1000;
    std::string text;
    for (const Unit& unit : units) {
        const std::uint64_t count = rest / unit.seconds;
        rest %= unit.seconds;
        if (text.empty() && count == 0 && unit.seconds != 1) continue;
        text += (text.empty() ? "" : " ") + std::to_string(count) + " " + std::string(unit.word);
    }
    return text;
}

std::string bytes(std::uint64_t count) {
    constexpr std::array<std::string_view, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    auto value = static_cast<double>(count);
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return (unit == 0 ? std::to_string(count) : one_decimal(value)) + " " + std::string(units[unit]);
}

bool is_true(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string station(const json::object& object) {
    const std::string address = word(object, "address");
    const std::string port = word(object, "port");
    if (port == "-") return address;
    return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + port;
}

} // namespace sallyport::cli
