// SPDX-License-Identifier: Apache-2.0
// Whom `drain` and `undrain` are about: GROUP[/APPLIANCE], --target GROUP[/TARGET] or --zone ZONE.
#pragma once

#include <boost/json/object.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <tl/expected.hpp>

namespace sallyport::cli {

/// The positional argument; --target and --zone are the command's own, for its help says what becomes of them.
[[nodiscard]] boost::program_options::options_description appliance_argument();
[[nodiscard]] boost::program_options::positional_options_description appliance_position();

/// The request's members, `command` among them; or the sentence that says what is wrong with the arguments.
[[nodiscard]] tl::expected<boost::json::object, std::string>
request_about_members(const char* command, const boost::program_options::variables_map& values);

} // namespace sallyport::cli
