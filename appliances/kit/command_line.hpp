// SPDX-License-Identifier: Apache-2.0
// The command line that all appliances share, with room for what one of them has of its own.
#pragma once

#include "kit/appliance.hpp"
#include "kit/runner.hpp"

#include <boost/program_options.hpp>
#include <optional>
#include <string>

namespace sallyport::appliances {

class CommandLine {
public:
    /// `summary` is the first line of the help text.
    CommandLine(std::string program, std::string summary);

    boost::program_options::options_description_easy_init add_options() { return options_.add_options(); }

    /// Nothing if the program shall go on; else its exit code: 0 after --help, 2 after telling what is wrong.
    [[nodiscard]] std::optional<int> parse(int argc, const char* const* argv);

    [[nodiscard]] const boost::program_options::variables_map& values() const noexcept { return values_; }

    /// Runs the appliance with the shared settings, each packet told on standard error if --verbose asks for it.
    [[nodiscard]] int run(Appliance& appliance) const;

    /// For faults that the program finds itself: tells it and gives the exit code.
    int wrong(const std::string& sentence) const;

private:
    [[nodiscard]] std::optional<int> read_settings();

    std::string program_;
    std::string summary_;
    boost::program_options::options_description options_;
    boost::program_options::variables_map values_;
    RunnerSettings settings_;
};

} // namespace sallyport::appliances
