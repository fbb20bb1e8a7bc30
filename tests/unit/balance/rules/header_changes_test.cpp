// SPDX-License-Identifier: Apache-2.0
// Header fields set, added and removed.
#include "balance/rules/header_changes.hpp"

#include <catch2/catch.hpp>

using namespace sallyport;
using config::HeaderChange;
using Kind = config::HeaderChangeKind;

namespace {

std::string text_of(const http::Fields& fields) {
    std::string text;
    for (const http::Field& field : fields)
        text += std::string(field.name) + "=" + std::string(field.value) + " ";
    return text;
}

} // namespace

TEST_CASE("header changes") {
    const http::Fields before = {{"A", "1"}, {"b", "2"}, {"a", "3"}, {"C", "4"}};
    const struct {
        const char* sentence;
        std::vector<HeaderChange> changes;
        const char* after;
    } cases[] = {
        {"none", {}, "A=1 b=2 a=3 C=4 "},
        {"set leaves one, in the first one's place", {{Kind::set, "a", "x"}}, "a=x b=2 C=4 "},
        {"set of one that there is", {{Kind::set, "B", "x"}}, "A=1 B=x a=3 C=4 "},
        {"set of a new one", {{Kind::set, "D", "x"}}, "A=1 b=2 a=3 C=4 D=x "},
        {"add puts one behind", {{Kind::add, "A", "x"}}, "A=1 b=2 a=3 C=4 A=x "},
        {"remove takes all", {{Kind::remove, "A", ""}}, "b=2 C=4 "},
        {"remove of none", {{Kind::remove, "D", ""}}, "A=1 b=2 a=3 C=4 "},
        {"in their order", {{Kind::remove, "a", ""}, {Kind::add, "A", "x"}, {Kind::set, "c", ""}}, "b=2 c= A=x "},
    };
    for (const auto& each : cases) {
        INFO(each.sentence);
        http::Fields fields = before;
        http::TextArena arena;
        rules::apply(each.changes, fields, arena);
        CHECK(text_of(fields) == each.after);
    }
}

TEST_CASE("changed fields outlive the configuration") {
    http::Fields fields;
    http::TextArena arena;
    {
        std::vector<HeaderChange> changes = {{Kind::set, "Name-Of-Some-Length", "value of some length"}};
        rules::apply(changes, fields, arena);
        changes[0].name.assign(changes[0].name.size(), 'x');
        changes[0].value.assign(changes[0].value.size(), 'x');
    }
    CHECK(text_of(fields) == "Name-Of-Some-Length=value of some length ");
}
