// SPDX-License-Identifier: Apache-2.0
#include "balance/l4/directory.hpp"
#include "control/reports.hpp"
#include "control/view.hpp"

#include <boost/json.hpp>

namespace sallyport::control {
namespace {

namespace json = boost::json;

using Numbers = serve::HttpCounters;

std::uint64_t sum(const View& view, Counter Numbers::*number) {
    std::uint64_t all = 0;
    for (unsigned thread = 0; thread < view.http_thread_count(); ++thread)
        all += (view.http_counters(thread).*number).read();
    return all;
}

/// By class: 1xx to 5xx.
json::object answers(const View& view, std::array<Counter, 5> Numbers::*numbers) {
    json::object classes;
    for (std::size_t i = 0; i < 5; ++i) {
        std::uint64_t all = 0;
        for (unsigned thread = 0; thread < view.http_thread_count(); ++thread)
            all += (view.http_counters(thread).*numbers)[i].read();
        classes[std::to_string(i + 1) + "xx"] = all;
    }
    return classes;
}

json::object connections(const View& view) {
    const std::uint64_t ended = sum(view, &Numbers::connections_ended); // before those that were accepted
    const std::uint64_t accepted = sum(view, &Numbers::connections_accepted);
    return {{"open", accepted > ended ? accepted - ended : 0},
            {"accepted", accepted},
            {"refused", sum(view, &Numbers::connections_refused)}};
}

json::object lines(const HttpLogFacts::Lines& facts) {
    return {
        {"written", facts.written}, {"lost", facts.lost}, {"dropped", facts.dropped}, {"failing", facts.is_failing}};
}

/// "group/target" of those that hold.
template <typename Holds>
json::array targets_that(const View& view, Holds holds) {
    json::array names;
    const auto directory = view.roster().directory;
    if (directory == nullptr) return names;
    for (const balance::TargetGroup& group : directory->groups)
        for (const TargetIndex index : group.targets)
            if (holds(view.target_state(index))) names.emplace_back(group.name + "/" + directory->targets[index].name);
    return names;
}

} // namespace

json::value http_report(const View& view) {
    if (view.http_thread_count() == 0) return nullptr;
    json::array logs;
    for (const HttpLogFacts& log : view.http_logs())
        logs.emplace_back(json::object{
            {"name", log.name}, {"requests", lines(log.requests)}, {"connections", lines(log.connections)}});
    return json::object{
        {"threads", view.http_thread_count()},
        {"connections", connections(view)},
        {"tls",
         {{"handshakes", sum(view, &Numbers::tls_handshakes)},
          {"resumed", sum(view, &Numbers::tls_resumed)},
          {"failures", sum(view, &Numbers::tls_failures)}}},
        {"requests", sum(view, &Numbers::requests)},
        {"answers",
         {{"targets", answers(view, &Numbers::answers_of_targets)},
          {"gateway", answers(view, &Numbers::answers_of_the_gateway)}}},
        {"target_connections",
         {{"opened", sum(view, &Numbers::target_connections)},
          {"reused", sum(view, &Numbers::target_connections_reused)},
          {"tls_failures", sum(view, &Numbers::target_tls_failures)}}},
        {"retries", sum(view, &Numbers::retries)},
        {"anomalous_targets", targets_that(view, [](const MemberState& each) { return each.is_anomalous; })},
        {"mitigated_targets", targets_that(view, [](const MemberState& each) { return each.mitigated_percent < 100; })},
        {"bytes_in", sum(view, &Numbers::bytes_in)},
        {"bytes_out", sum(view, &Numbers::bytes_out)},
        {"logs", std::move(logs)},
    };
}

} // namespace sallyport::control
