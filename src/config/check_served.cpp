// SPDX-License-Identifier: Apache-2.0
// What can be said, and is checked, but is not served yet: all of it stands here, each as a fault of its own.
#include "config/checks.hpp"

namespace sallyport::config {

namespace {

class Unserved {
public:
    explicit Unserved(Findings& findings) : findings_(findings) {}

    void add(std::string path, std::string problem, std::string advice) {
        findings_.push_back({.path = std::move(path), .problem = std::move(problem), .advice = std::move(advice)});
    }

private:
    Findings& findings_;
};

void check_group(const TargetGroup& group, Unserved& found) {
    const std::string path = "target_groups." + group.name;
    if (!group.http) return;
    if (group.http->anomaly_mitigation)
        found.add(path + ".anomaly_mitigation", "anomaly mitigation is not served yet", "remove it");
}

} // namespace

Findings check_served(const Config& config) {
    Findings findings;
    Unserved found(findings);
    for (const TargetGroup& group : config.target_groups)
        check_group(group, found);
    return findings;
}

} // namespace sallyport::config
