// SPDX-License-Identifier: Apache-2.0
// Servers of other people's making, each a process of its own on a port that the kernel chose.
#pragma once

#include "support/descriptor.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace sallyport::test {

inline constexpr int patience_ms = 60'000;

class Server {
public:
    /// Starts `words`, and waits for a line in which a port follows `before_port`.
    Server(std::vector<std::string> words, std::string_view before_port) {
        int in[2];
        int out[2];
        REQUIRE(::pipe(in) == 0);
        REQUIRE(::pipe(out) == 0);
        process_ = ::fork();
        REQUIRE(process_ >= 0);
        if (process_ == 0) become(words, in, out);
        ::close(in[0]);
        ::close(out[1]);
        input_ = Descriptor(in[1]);
        output_ = Descriptor(out[0]);
        const std::string line = line_with(before_port);
        port_ = static_cast<std::uint16_t>(std::stoul(line.substr(line.find(before_port) + before_port.size())));
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// The next line that the server writes with `text` in it.
    std::string line_with(std::string_view text) {
        for (;;) {
            const std::string line = next_line();
            if (line.find(text) != std::string::npos) return line;
        }
    }

private:
    [[noreturn]] static void become(const std::vector<std::string>& words, const int* in, const int* out) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that dies leaves nobody behind
        ::dup2(in[0], 0);
        ::dup2(out[1], 1);
        ::dup2(::open("/dev/null", O_WRONLY), 2);
        for (int descriptor = 3; descriptor < 1024; ++descriptor)
            ::close(descriptor);
        std::vector<char*> arguments;
        for (const std::string& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    std::string next_line() {
        for (;;) {
            if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
                std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line;
            }
            pollfd readable{output_.number(), POLLIN, 0};
            REQUIRE(::poll(&readable, 1, patience_ms) == 1);
            char piece[4096];
            const ssize_t count = ::read(output_.number(), piece, sizeof piece);
            REQUIRE(count > 0);
            text_.append(piece, static_cast<std::size_t>(count));
        }
    }

    pid_t process_ = -1;
    Descriptor input_;
    Descriptor output_;
    std::string text_;
    std::uint16_t port_ = 0;
};

inline std::string test_file(const char* name) {
    return std::string(SALLYPORT_HEALTH_TESTS) + "/" + name;
}

class StrangeServer : public Server {
public:
    explicit StrangeServer(const std::string& mode, const std::string& argument = "")
        : Server({"python3", test_file("strange_server.py"), mode, argument}, "port ") {}
};

/// openssl s_server, and the certificates of make_certificates.sh.
class TlsServer : public Server {
public:
    TlsServer(const std::string& certificates, const std::string& name, std::vector<std::string> more)
        : Server(words(certificates + "/" + name, std::move(more)), "ACCEPT 127.0.0.1:") {}

private:
    static std::vector<std::string> words(const std::string& certificate, std::vector<std::string> more) {
        std::vector<std::string> all = {"openssl", "s_server",           "-accept", "127.0.0.1:0",       "-www",
                                        "-cert",   certificate + ".pem", "-key",    certificate + ".key"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

} // namespace sallyport::test
