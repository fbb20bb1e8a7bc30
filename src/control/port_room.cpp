// SPDX-License-Identifier: Apache-2.0
#include "control/port_room.hpp"

#include "balance/l4/source_ports.hpp"

#include <algorithm>

namespace sallyport::control {

std::optional<std::uint64_t> port_room(const balance::Directory& directory, TargetIndex index) {
    const balance::Target& target = directory.targets[index];
    if (target.group == no_index) return std::nullopt;
    const balance::TargetGroup& group = directory.groups[target.group];
    if (group.preserve_client_ip) return std::nullopt;
    if (group.source_addresses.empty()) return balance::source_ports(false).count;
    const auto of_its_family = std::ranges::count_if(
        group.source_addresses, [&](const IpAddress& each) { return each.family() == target.address.family(); });
    return static_cast<std::uint64_t>(of_its_family) * balance::source_ports(true).count;
}

std::vector<std::string> PortRoomWatch::look(const balance::Directory& directory,
                                             const std::function<std::uint64_t(TargetIndex)>& flows) {
    std::vector<std::string> sentences;
    for (std::size_t i = 0; i < directory.targets.size(); ++i) {
        const auto index = static_cast<TargetIndex>(i);
        const std::optional<std::uint64_t> room = port_room(directory, index);
        const std::uint64_t percent = !room ? 0 : *room == 0 ? 100 : flows(index) * 100 / *room;
        if (percent < port_room_calms_percent) warned_.erase(index);
        if (percent < port_room_warns_percent || !warned_.insert(index).second) continue;
        const balance::Target& target = directory.targets[i];
        sentences.push_back("target " + directory.groups[target.group].name + "/" + target.name + " has " +
                            std::to_string(flows(index)) + " flows, and there are source ports for " +
                            std::to_string(*room) +
                            "; give its group more source_addresses, or preserve the clients' addresses");
    }
    return sentences;
}

} // namespace sallyport::control
