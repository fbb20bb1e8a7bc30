// SPDX-License-Identifier: Apache-2.0
// A log's file: rotation, files that others move, disks that are full, and standard output.
#include "io/rotated_file.hpp"

#include "../control/temporary_folder.hpp"
#include "log_files.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/resource.h>
#include <unistd.h>

using namespace sallyport;
using io::RotatedFile;
using io::RotatedFileSettings;
using test::read;
using test::TemporaryFolder;

namespace {

void must_write(RotatedFile& file, std::string_view text) {
    const RotatedFile::Written done = file.write(text);
    REQUIRE(done.error == 0);
    REQUIRE(done.bytes == text.size());
}

/// Files of this process may not grow beyond this, as on a full disk.
class LargestFile {
public:
    explicit LargestFile(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;
    ~LargestFile() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_ = {};
};

/// Standard output is something else for a while.
class OtherOutput {
public:
    explicit OtherOutput(int number) : before_(::dup(STDOUT_FILENO)) { ::dup2(number, STDOUT_FILENO); }
    OtherOutput(const OtherOutput&) = delete;
    OtherOutput& operator=(const OtherOutput&) = delete;
    ~OtherOutput() {
        ::dup2(before_, STDOUT_FILENO);
        ::close(before_);
    }

private:
    int before_;
};

struct Pipe {
    Pipe() { REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    int ends[2] = {-1, -1};
};

} // namespace

TEST_CASE("lines go behind what is there, and a new gateway goes on in the same file") {
    const TemporaryFolder folder;
    const RotatedFileSettings settings{.path = folder / "flows.jsonl"};
    for (const char* text : {"one\n", "two\nthree\n"}) {
        RotatedFile file = std::move(*RotatedFile::open(settings));
        must_write(file, text);
    }
    CHECK(read(settings.path) == "one\ntwo\nthree\n");
    CHECK((std::filesystem::status(settings.path).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
}

TEST_CASE("a file that would become too large is moved on, and only so many are kept") {
    const TemporaryFolder folder;
    const RotatedFileSettings settings{.path = folder / "flows.jsonl", .file_bytes = 10, .files = 3};
    RotatedFile file = std::move(*RotatedFile::open(settings));
    for (const char* text : {"aaaa\n", "bbbb\n", "cccc\n", "dddd\ndddd\n", "eeee\n", "ffff\n", "gggg\n"})
        must_write(file, text);
    CHECK(read(settings.path) == "gggg\n");
    CHECK(read(settings.path + ".1") == "eeee\nffff\n");
    CHECK(read(settings.path + ".2") == "dddd\ndddd\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".3"));
}

TEST_CASE("with a single file its beginning is given up") {
    const TemporaryFolder folder;
    const RotatedFileSettings settings{.path = folder / "flows.jsonl", .file_bytes = 10, .files = 1};
    RotatedFile file = std::move(*RotatedFile::open(settings));
    for (const char* text : {"aaaa\n", "bbbb\n", "cccc\n"})
        must_write(file, text);
    CHECK(read(settings.path) == "cccc\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".1"));
}

TEST_CASE("a file that was moved away, deleted or cut is not written any more behind its reader's back") {
    const TemporaryFolder folder;
    const RotatedFileSettings settings{.path = folder / "flows.jsonl", .file_bytes = 20};
    RotatedFile file = std::move(*RotatedFile::open(settings));
    must_write(file, "one\n");
    std::filesystem::rename(settings.path, folder / "kept");
    must_write(file, "two\n");
    CHECK(read(folder / "kept") == "one\n");
    CHECK(read(settings.path) == "two\n");
    std::filesystem::remove(settings.path);
    must_write(file, "three\n");
    CHECK(read(settings.path) == "three\n");
    must_write(file, "0123456789\n");
    std::filesystem::resize_file(settings.path, 0); // logrotate's copytruncate
    must_write(file, "0123456789\n");
    CHECK(read(settings.path) == "0123456789\n");
    CHECK_FALSE(std::filesystem::exists(settings.path + ".1"));
}

TEST_CASE("a full device takes nothing and says so") {
    RotatedFile file = std::move(*RotatedFile::open({.path = "/dev/full"}));
    const RotatedFile::Written done = file.write("one\n");
    CHECK(done.error == ENOSPC);
    CHECK(done.bytes == 0);
    CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("of what a full disk cuts off whole lines stay, and none is half") {
    const TemporaryFolder folder;
    ::signal(SIGXFSZ, SIG_IGN);
    RotatedFile file = std::move(*RotatedFile::open({.path = folder / "flows.jsonl"}));
    must_write(file, "0000\n");
    {
        const LargestFile limit(13);
        const RotatedFile::Written done = file.write("1111\n2222\n3333\n");
        CHECK(done.bytes == 5);
        CHECK(done.error == EFBIG);
        CHECK(read(folder / "flows.jsonl") == "0000\n1111\n");
    }
    must_write(file, "4444\n");
    CHECK(read(folder / "flows.jsonl") == "0000\n1111\n4444\n");
}

TEST_CASE("a folder that is not there is told at the start, and found again when it is made anew") {
    const TemporaryFolder folder;
    const RotatedFileSettings settings{.path = folder / "log/flows.jsonl"};
    const auto missing = RotatedFile::open(settings);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message == settings.path + ": No such file or directory");
    std::filesystem::create_directory(folder / "log");
    RotatedFile file = std::move(*RotatedFile::open(settings));
    std::filesystem::remove_all(folder / "log");
    CHECK(file.write("one\n").error == ENOENT);
    std::filesystem::create_directory(folder / "log");
    must_write(file, "two\n");
    CHECK(read(settings.path) == "two\n");
}

TEST_CASE("standard output is written as it is, however large the limit of files is") {
    const TemporaryFolder folder;
    const int target = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    REQUIRE(target >= 0);
    const std::string lines = std::string(9999, 'x') + "\n";
    RotatedFile::Written done;
    {
        const OtherOutput output(target);
        RotatedFile file = std::move(*RotatedFile::open({.path = "-", .file_bytes = 10}));
        done = file.write(lines);
        done = file.write(lines);
    }
    ::close(target);
    CHECK(done.error == 0);
    CHECK(done.bytes == lines.size());
    CHECK(read(folder / "out") == lines + lines);
    CHECK_FALSE(std::filesystem::exists("-"));
}

TEST_CASE("a reader of standard output that has stopped holds nothing up for long") {
    const Pipe pipe;
    const std::string lines(1UL << 20U, '\n'); // more than a pipe takes
    RotatedFile::Written done;
    {
        const OtherOutput output(pipe.ends[1]);
        RotatedFile file = std::move(*RotatedFile::open({.path = "-"}));
        done = file.write(lines);
    }
    CHECK(done.error == EAGAIN);
    CHECK(done.bytes > 0);
    CHECK(done.bytes < lines.size());
}
