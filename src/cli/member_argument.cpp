// SPDX-License-Identifier: Apache-2.0
#include "cli/member_argument.hpp"

namespace sallyport::cli {

namespace po = boost::program_options;

po::options_description appliance_argument() {
    po::options_description arguments;
    arguments.add_options()("appliances", po::value<std::string>());
    return arguments;
}

po::positional_options_description appliance_position() {
    po::positional_options_description position;
    position.add("appliances", 1);
    return position;
}

tl::expected<boost::json::object, std::string> request_about_members(const char* command,
                                                                     const po::variables_map& values) {
    const std::string name = command;
    if (values.count("zone") + values.count("target") + values.count("appliances") != 1)
        return tl::unexpected("name one of GROUP, GROUP/APPLIANCE, --target and --zone; `sallyport " + name +
                              " --help` tells more");
    boost::json::object request = {{"command", name}};
    if (values.contains("zone")) {
        request["zone"] = values["zone"].as<std::string>();
        return request;
    }
    const bool is_target = values.contains("target");
    const auto& text = values[is_target ? "target" : "appliances"].as<std::string>();
    const std::size_t slash = text.find('/');
    request[is_target ? "target_group" : "group"] = text.substr(0, slash);
    if (slash != std::string::npos) request[is_target ? "target" : "appliance"] = text.substr(slash + 1);
    return request;
}

} // namespace sallyport::cli
