// SPDX-License-Identifier: Apache-2.0
// The certificates of make_certificates.sh, in a folder that ends with the tests.
#pragma once

#include "../control/temporary_folder.hpp"
#include "server.hpp"

namespace sallyport::test {

/// With a slash at its end. Made once, for they take a second.
inline const std::string& certificates() {
    static const TemporaryFolder folder;
    static const std::string path = [] {
        std::string where = folder / "";
        const std::string command = test_file("make_certificates.sh") + " " + where + " >" + where + "log 2>&1";
        REQUIRE(std::system(command.c_str()) == 0);
        return where;
    }();
    return path;
}

} // namespace sallyport::test
