// SPDX-License-Identifier: Apache-2.0
#include "cli/admin_client.hpp"

#include "support/descriptor.hpp"

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace sallyport::cli {
namespace {

namespace json = boost::json;

/// More than the longest answer; what sends more is no gateway.
constexpr std::size_t max_answer_bytes = 256U << 20;

tl::unexpected<AskError> failure(std::string message, bool is_refusal = false) {
    return tl::unexpected(AskError{std::move(message), is_refusal});
}

tl::unexpected<AskError> nobody_answers(const std::string& path) {
    return failure("no gateway answers at " + path + "; is `sallyport run` running, and is --admin right?");
}

bool connect(const Descriptor& socket, const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// What could not be sent is no error yet: a gateway that has no room for another client says so, and hangs up.
void send_all(const Descriptor& socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket.number(), text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

/// One line without its end; nothing when the line did not come whole.
std::optional<std::string> receive_line(const Descriptor& socket) {
    std::string line;
    std::array<char, 65536> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    while (line.size() < max_answer_bytes) {
        const ssize_t count = ::recv(socket.number(), piece.data(), piece.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        const std::string_view text(piece.data(), static_cast<std::size_t>(count));
        const std::size_t end = text.find('\n');
        line += text.substr(0, end);
        if (end != std::string_view::npos) return line;
    }
    return std::nullopt;
}

tl::expected<json::object, AskError> read_answer(const std::string& line, const std::string& path) {
    json::error_code error;
    json::value answer = json::parse(line, error);
    if (!error && answer.is_object()) {
        json::object& object = answer.get_object();
        if (json::value* result = object.if_contains("result"); result != nullptr && result->is_object())
            return std::move(result->get_object());
        if (const json::value* sentence = object.if_contains("error"); sentence != nullptr && sentence->is_string())
            return failure("the gateway says: " + std::string(sentence->get_string()), object.contains("refused"));
    }
    return failure("what answers at " + path + " is no gateway of this version");
}

} // namespace

tl::expected<json::object, AskError> ask_gateway(const std::string& path, const json::object& request,
                                                 std::chrono::seconds patience) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) return nobody_answers(path);
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.number() < 0) return failure(std::string("no socket is to be had: ") + std::strerror(errno));
    timeval timeout = {};
    timeout.tv_sec = patience.count();
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (!connect(socket, path)) {
        if (errno == EACCES) return failure("you may not open " + path + "; try again as root");
        return nobody_answers(path);
    }
    send_all(socket, json::serialize(request) + "\n");
    const std::optional<std::string> line = receive_line(socket);
    if (!line) return failure("the gateway at " + path + " took the question and did not answer it");
    return read_answer(*line, path);
}

} // namespace sallyport::cli
