// SPDX-License-Identifier: Apache-2.0
#include "control/admin_socket.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

using Catch::Matchers::Contains;
using sallyport::control::AdminSocket;
using sallyport::test::TemporaryFolder;

namespace {

bool exists(const std::string& path) {
    return std::filesystem::exists(std::filesystem::symlink_status(path));
}

/// What a gateway leaves that is killed: the file, and nobody behind it.
void leave_stale_socket(const std::string& path) {
    auto socket = AdminSocket::listen(path);
    REQUIRE(socket);
    REQUIRE(::link(path.c_str(), (path + ".kept").c_str()) == 0);
    socket = sallyport::failure("dead");
    REQUIRE(::rename((path + ".kept").c_str(), path.c_str()) == 0);
    REQUIRE(exists(path));
}

} // namespace

TEST_CASE("the socket is for the owner and the group, in a folder that is made for it, and goes at the end") {
    const TemporaryFolder folder;
    const std::string path = folder / "run/deep/admin.sock";
    const mode_t before = ::umask(GENERATE(mode_t{0}, mode_t{022}, mode_t{077}));
    {
        const auto socket = AdminSocket::listen(path);
        ::umask(before);
        REQUIRE(socket);
        struct stat status = {};
        REQUIRE(::lstat(path.c_str(), &status) == 0);
        CHECK(S_ISSOCK(status.st_mode));
        CHECK((status.st_mode & 07777) == 0660);
    }
    CHECK_FALSE(exists(path));
}

TEST_CASE("what a gateway that died has left is replaced") {
    const TemporaryFolder folder;
    leave_stale_socket(folder / "admin.sock");
    CHECK(AdminSocket::listen(folder / "admin.sock"));
}

TEST_CASE("a living gateway keeps its socket") {
    const TemporaryFolder folder;
    const std::string path = folder / "admin.sock";
    const auto living = AdminSocket::listen(path);
    REQUIRE(living);
    const auto second = AdminSocket::listen(path);
    REQUIRE_FALSE(second);
    CHECK_THAT(second.error().message, Contains("a gateway already answers at " + path));
    CHECK(exists(path));
}

TEST_CASE("what is no socket is left alone") {
    const TemporaryFolder folder;
    std::ofstream(folder / "notes") << "precious";
    const auto socket = AdminSocket::listen(folder / "notes");
    REQUIRE_FALSE(socket);
    CHECK_THAT(socket.error().message, Contains("is not a socket"));
    CHECK(std::filesystem::file_size(folder / "notes") == 8);
}

TEST_CASE("at the end only the own file is removed") {
    const TemporaryFolder folder;
    const std::string path = folder / "admin.sock";
    {
        const auto socket = AdminSocket::listen(path);
        REQUIRE(socket);
        REQUIRE(::unlink(path.c_str()) == 0);
        std::ofstream(path) << "another's";
    }
    CHECK(exists(path));
}

TEST_CASE("a path that can not be a socket's is refused with a sentence") {
    const TemporaryFolder folder;
    CHECK_THAT(AdminSocket::listen("").error().message, Contains("1 to 107 characters"));
    CHECK_THAT(AdminSocket::listen(folder / std::string(200, 'a')).error().message, Contains("1 to 107 characters"));
    std::ofstream(folder / "file") << "x";
    CHECK_THAT(AdminSocket::listen(folder / "file/admin.sock").error().message, Contains("directory"));
}
