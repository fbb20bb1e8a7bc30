// SPDX-License-Identifier: Apache-2.0
#include "balance/proxy/sni_match.hpp"

#include <catch2/catch.hpp>

using namespace sallyport::balance;

TEST_CASE("a server name fits a pattern, or does not") {
    struct Row {
        const char* pattern;
        const char* name;
        bool fits;
    };
    const Row rows[] = {
        {"www.example.com", "www.example.com", true},
        {"www.example.com", "WWW.Example.COM", true},
        {"WWW.example.com", "www.example.com", true},
        {"www.example.com", "www.example.com.", true},
        {"www.example.com", "example.com", false},
        {"www.example.com", "www.example.org", false},
        {"www.example.com", "www.example.com.evil.net", false},
        {"*.example.com", "www.example.com", true},
        {"*.Example.com", "www.eXample.com", true},
        {"*.example.com", "a.b.example.com", true},
        {"*.example.com", "example.com", false},
        {"*.example.com", ".example.com", false},
        {"*.example.com", "..example.com", false},
        {"*.example.com", "wwwexample.com", false},
        {"*.example.com", "evilexample.com", false},
        {"*.example.com", "www.example.com.", true},
        {"*", "anything", true},
        {"*", "", false},
        {"www.example.com", "", false},
        {"www.example.com", "*.example.com", false},
    };
    for (const Row& row : rows) {
        INFO(row.pattern << " and " << row.name);
        CHECK(server_name_fits(row.pattern, row.name) == row.fits);
    }
}

TEST_CASE("the first rule that fits is taken, not the best") {
    const std::vector<std::string> rules = {"api.example.com", "*.example.com", "www.example.com", "*"};
    CHECK(first_fitting(rules, "api.example.com") == 0U);
    CHECK(first_fitting(rules, "www.example.com") == 1U);
    CHECK(first_fitting(rules, "example.com") == 3U);
    CHECK_FALSE(first_fitting(std::vector<std::string>{"*.example.com"}, "example.org"));
    CHECK_FALSE(first_fitting(rules, ""));
}

TEST_CASE("what is a pattern and what is not") {
    for (const char* good : {"*", "*.example.com", "localhost", "a_b.example.com", "xn--bcher-kva.example", "1.2.3"})
        CHECK(is_server_name_pattern(good));
    for (const char* bad : {"", "*.", "**.example.com", "www.*.com", "w*.example.com", "a..b", ".example.com",
                            "example.com.", "exa mple.com",
                            "b\xC3\xBC"
                            "cher.example"})
        CHECK_FALSE(is_server_name_pattern(bad));
    CHECK(is_server_name_pattern(std::string(63, 'a') + ".com"));
    CHECK_FALSE(is_server_name_pattern(std::string(64, 'a') + ".com"));
    CHECK_FALSE(is_server_name_pattern(std::string(127, 'a') + "." + std::string(130, 'b')));
}
