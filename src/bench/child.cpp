// SPDX-License-Identifier: Apache-2.0
#include "bench/child.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sallyport::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes patience(5);

struct Pipe {
    int read = -1;
    int write = -1;
    Pipe() {
        std::array<int, 2> ends;
        if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
            read = ends[0];
            write = ends[1];
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() {
        close_end(read);
        close_end(write);
    }
    static void close_end(int& end) {
        if (end >= 0) ::close(end);
        end = -1;
    }
};

int spawn(const std::vector<std::string>& command, const Pipe& in, const Pipe& out, pid_t& child) {
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.write, STDERR_FILENO);
    const int fault = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return fault;
}

/// Feeds the input on time and gathers the output until the program closes it. False when patience ran out.
bool talk(Pipe& in, Pipe& out, const std::vector<Line>& input, std::string& output) {
    const auto start = Clock::now();
    std::size_t next = 0;
    while (Clock::now() - start < patience) {
        for (; next < input.size() && Clock::now() - start >= std::chrono::seconds(input[next].second); ++next) {
            const std::string line = input[next].text + '\n';
            if (::write(in.write, line.data(), line.size()) < 0) break;
        }
        if (next == input.size()) Pipe::close_end(in.write);
        pollfd readable{out.read, POLLIN, 0};
        if (::poll(&readable, 1, 100) <= 0) continue;
        std::array<char, 4096> piece;
        const ssize_t count = ::read(out.read, piece.data(), piece.size());
        if (count <= 0) return true;
        output.append(piece.data(), static_cast<std::size_t>(count));
    }
    return false;
}

} // namespace

Result<std::string> run_child(const std::vector<std::string>& command) {
    return run_child(command, {});
}

Result<std::string> run_child(const std::vector<std::string>& command, const std::vector<Line>& input) {
    // A program that ends early closes its input; that is an error of write(), not the end of us.
    std::signal(SIGPIPE, SIG_IGN);
    Pipe in;
    Pipe out;
    pid_t child = -1;
    if (const int fault = spawn(command, in, out, child); fault != 0) {
        return failure(command[0] + " can not be started (" + std::strerror(fault) +
                       "); install it with lab/install-deps");
    }
    Pipe::close_end(in.read);
    Pipe::close_end(out.write);
    std::string output;
    const bool ended = talk(in, out, input, output);
    if (!ended) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!ended) return failure(command[0] + " did not end in time");
    if (status != 0)
        return failure(command[0] + " failed: " + output.substr(output.size() > 400 ? output.size() - 400 : 0));
    return output;
}

} // namespace sallyport::bench
