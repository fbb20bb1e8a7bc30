// SPDX-License-Identifier: Apache-2.0
#include "kit/report.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>

namespace sallyport::appliances {

std::string report_as_json(const AnswerCounters& answers, const LinkCounters& links,
                           const std::vector<NamedCount>& own) {
    boost::json::object malformed;
    for (std::size_t i = 1; i < geneve::fault_count; ++i) {
        malformed[std::string(geneve::fault_texts[i].name)] = answers.malformed[i];
    }
    boost::json::object appliance;
    for (const auto& [name, count] : own)
        appliance[name] = count;
    const boost::json::object report{
        {"received", answers.received},
        {"passed", answers.passed},
        {"dropped", answers.dropped},
        {"offloaded", answers.offloaded},
        {"sent", links.sent},
        {"receive_incomplete", links.receive_incomplete},
        {"send_too_large", links.send_too_large},
        {"send_no_route", links.send_no_route},
        {"send_failed", links.send_failed},
        {"malformed", std::move(malformed)},
        {"appliance", std::move(appliance)},
    };
    return boost::json::serialize(report) + '\n';
}

bool write_report(const std::string& path, const std::string& report) {
    const std::string unfinished = path + ".new";
    std::ofstream file(unfinished, std::ios::trunc);
    file << report;
    file.close();
    return file.good() && std::rename(unfinished.c_str(), path.c_str()) == 0;
}

} // namespace sallyport::appliances
