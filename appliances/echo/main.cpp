// SPDX-License-Identifier: Apache-2.0
#include "echo/echo.hpp"
#include "kit/command_line.hpp"

int main(int argc, char** argv) {
    using namespace sallyport::appliances;
    CommandLine command_line("sallyport-echo", "An appliance that gives every packet back to the gateway.");
    if (const auto exit_code = command_line.parse(argc, argv)) return *exit_code;
    Echo echo;
    return command_line.run(echo);
}
