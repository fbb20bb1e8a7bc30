// SPDX-License-Identifier: Apache-2.0
#include "base_config.hpp"

#include "config/load.hpp"

#include <catch2/catch.hpp>

namespace sallyport::config {

namespace {

std::string altered(const FaultCase& fault, const std::string& base) {
    const std::string replaced = fault.replaced;
    if (replaced.empty()) return fault.by;
    const std::size_t place = base.find(replaced);
    REQUIRE(place != std::string::npos);
    REQUIRE(base.find(replaced, place + 1) == std::string::npos);
    return std::string(base).replace(place, replaced.size(), fault.by);
}

void check_cases(std::span<const FaultCase> cases, const std::string& base, bool warning) {
    for (const FaultCase& fault : cases) {
        const Loaded loaded = load_text(altered(fault, base), "/etc/sallyport");
        std::string listing;
        for (const Finding& finding : loaded.findings)
            listing += format("FILE", finding) + "\n";
        INFO(fault.sentence << "\nfound:\n" << listing);
        CHECK(loaded.findings.size() == 1);
        CHECK(loaded.usable() == warning);
        if (loaded.findings.empty()) continue;
        const Finding& found = loaded.findings.front();
        CHECK(found.warning == warning);
        CHECK(found.path == fault.path);
        CHECK(found.line == fault.line);
        CHECK_THAT(found.problem, Catch::Contains(fault.problem));
        CHECK_THAT(found.advice, Catch::Contains(fault.advice));
    }
}

} // namespace

void check_key_faults(const KeyPlace& place, std::span<const KeyFault> faults, const std::string& base) {
    for (const KeyFault& fault : faults) {
        const std::string by = place.before + fault.keys + place.behind;
        const std::string path = place.path + fault.below;
        const FaultCase whole[] = {{fault.sentence, place.replaced.c_str(), by.c_str(), place.line, path.c_str(),
                                    fault.problem, fault.advice}};
        check_fault_cases(whole, base);
    }
}

void check_fault_cases(std::span<const FaultCase> cases, const std::string& base) {
    check_cases(cases, base, false);
}

void check_warning_cases(std::span<const FaultCase> cases, const std::string& base) {
    check_cases(cases, base, true);
}

} // namespace sallyport::config
