// SPDX-License-Identifier: Apache-2.0
// What does a relayed request cost on io_uring? Multishot receives that stay armed on both sockets and take their
// buffers from a ring of provided ones, sends as they come due, registered files, and one call a round that submits and
// waits. Needs what Debian 12 has: Linux 6.1, liburing 2.3.
#include "exchange.hpp"
#include "sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <liburing.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <vector>

using namespace sallyport;
using namespace sallyport::engines;

namespace {

constexpr unsigned queue_entries = 1024;
constexpr unsigned file_slots = 1024;
constexpr int buffer_group = 0;
constexpr unsigned buffer_count = 512; // a power of two
constexpr std::size_t buffer_bytes = 4096;
// An armed receive goes on whatever its reader thinks of it; to hold back a fast sender it would have to be cancelled
// and armed anew, which this relay spares itself.
constexpr std::size_t early_limit = 64U << 20;

/// The kernel's view of the buffers that receives may fill.
class ReceiveBuffers {
public:
    explicit ReceiveBuffers(io_uring& ring) : bytes_(buffer_count * buffer_bytes) {
        const std::size_t page = 4096;
        ring_ = static_cast<io_uring_buf_ring*>(std::aligned_alloc(page, buffer_count * sizeof(io_uring_buf)));
        io_uring_buf_reg told{};
        told.ring_addr = reinterpret_cast<std::uintptr_t>(ring_); // the kernel takes addresses as numbers
        told.ring_entries = buffer_count;
        told.bgid = buffer_group;
        errno = -io_uring_register_buf_ring(&ring, &told, 0);
        if (errno != 0) fail("io_uring_register_buf_ring");
        io_uring_buf_ring_init(ring_);
        for (unsigned number = 0; number < buffer_count; ++number)
            give_back(static_cast<unsigned short>(number));
    }

    [[nodiscard]] const char* at(unsigned short number) const { return bytes_.data() + number * buffer_bytes; }
    void give_back(unsigned short number) {
        const auto mask = io_uring_buf_ring_mask(buffer_count);
        io_uring_buf_ring_add(ring_, bytes_.data() + number * buffer_bytes, buffer_bytes, number, mask, 0);
        io_uring_buf_ring_advance(ring_, 1);
    }

private:
    std::vector<char> bytes_;
    io_uring_buf_ring* ring_ = nullptr; // the kernel's until the process ends
};

struct Connection;

/// What a completion is about: its address is the operation's user data.
struct Operation {
    enum class Kind : std::uint8_t { accept, receive, send } kind = Kind::accept;
    Side side = Side::client;
    Connection* connection = nullptr;
};

struct Connection {
    std::array<Descriptor, 2> sockets;
    std::array<int, 2> slots{};
    std::array<Operation, 2> receives;
    Operation send;
    Exchange exchange;
    std::array<std::string, 2> early; // bytes that came while it was not their side's turn, or no room was left
    unsigned under_way = 0;           // operations that the kernel still knows
    bool sending = false;
    bool closed = false;
};

class Loop {
public:
    explicit Loop(Ports ports) : ports_(ports), listener_(listen_on(ports.listen)) {
        io_uring_params params{};
        params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
        params.cq_entries = 4 * queue_entries;
        errno = -io_uring_queue_init_params(queue_entries, &ring_, &params);
        if (errno != 0) fail("io_uring_queue_init_params");
        if (io_uring_register_ring_fd(&ring_) != 1) fail("io_uring_register_ring_fd");
        errno = -io_uring_register_files_sparse(&ring_, file_slots);
        if (errno != 0) fail("io_uring_register_files_sparse");
        for (int slot = file_slots - 1; slot >= 0; --slot)
            free_slots_.push_back(slot);
        buffers_ = std::make_unique<ReceiveBuffers>(ring_);
    }

    [[noreturn]] void run() {
        await_clients();
        for (;;) {
            const auto result = io_uring_submit_and_wait(&ring_, 1);
            if (result < 0 && result != -EINTR) fail("io_uring_submit_and_wait");
            unsigned head = 0;
            unsigned count = 0;
            io_uring_cqe* completion = nullptr;
            io_uring_for_each_cqe(&ring_, head, completion) {
                take(*completion);
                ++count;
            }
            io_uring_cq_advance(&ring_, count);
            std::erase_if(leaving_, [this](Connection* connection) { return forget(*connection); });
        }
    }

private:
    io_uring_sqe* submission(Operation& operation) {
        auto* entry = io_uring_get_sqe(&ring_);
        if (entry == nullptr) {
            io_uring_submit(&ring_);
            entry = io_uring_get_sqe(&ring_);
        }
        // The io_uring_prep functions leave this field alone.
        entry->user_data = reinterpret_cast<std::uintptr_t>(&operation); // the kernel takes it as a number
        if (operation.connection != nullptr) ++operation.connection->under_way;
        return entry;
    }

    void take(const io_uring_cqe& completion) {
        auto& operation = *reinterpret_cast<Operation*>(completion.user_data);
        if (operation.kind == Operation::Kind::accept) return accept(completion);
        auto& connection = *operation.connection;
        const bool goes_on = (completion.flags & IORING_CQE_F_MORE) != 0;
        if (!goes_on) --connection.under_way;
        if (operation.kind == Operation::Kind::send)
            sent(connection, completion.res);
        else
            received(connection, operation.side, completion);
        if (connection.closed) return;
        if (!goes_on && operation.kind == Operation::Kind::receive) receive(connection, operation.side);
        if (!advance(connection)) close(connection);
    }

    void received(Connection& connection, Side side, const io_uring_cqe& completion) {
        const bool has_buffer = (completion.flags & IORING_CQE_F_BUFFER) != 0;
        const auto number = static_cast<unsigned short>(completion.flags >> IORING_CQE_BUFFER_SHIFT);
        if (completion.res > 0 && !connection.closed) {
            const std::string_view bytes(buffers_->at(number), static_cast<std::size_t>(completion.res));
            if (!keep(connection, side, bytes)) close(connection);
        }
        if (has_buffer) buffers_->give_back(number);
        if (completion.res <= 0 && completion.res != -ENOBUFS) close(connection);
    }

    /// A receive that stays armed cannot wait for its turn: what it brings is put where the exchange reads, or beside
    /// it.
    static bool keep(Connection& connection, Side side, std::string_view bytes) {
        auto& exchange = connection.exchange;
        auto& early = connection.early[index(side)];
        const auto space = exchange.space();
        if (exchange.source() != side || !early.empty() || bytes.size() > space.size()) {
            early.append(bytes);
            return early.size() < early_limit;
        }
        std::memcpy(space.data(), bytes.data(), bytes.size());
        return exchange.received(bytes.size());
    }

    bool advance(Connection& connection) {
        auto& exchange = connection.exchange;
        if (connection.sending) return true;
        auto& early = connection.early[index(exchange.source())];
        if (exchange.to_send().empty() && !early.empty()) {
            const auto space = exchange.space();
            const auto count = std::min(space.size(), early.size());
            std::memcpy(space.data(), early.data(), count);
            early.erase(0, count);
            if (!exchange.received(count)) return false;
        }
        const auto bytes = exchange.to_send();
        if (bytes.empty()) return true;
        const auto slot = connection.slots[index(other(exchange.source()))];
        auto* entry = submission(connection.send);
        io_uring_prep_send(entry, slot, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        entry->flags |= IOSQE_FIXED_FILE;
        connection.sending = true;
        return true;
    }

    void receive(Connection& connection, Side side) {
        auto* entry = submission(connection.receives[index(side)]);
        io_uring_prep_recv_multishot(entry, connection.slots[index(side)], nullptr, 0, 0);
        entry->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
        entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
        entry->buf_group = buffer_group;
    }

    void sent(Connection& connection, int result) {
        connection.sending = false;
        if (connection.closed) return;
        if (result <= 0) return close(connection);
        connection.exchange.sent(static_cast<std::size_t>(result));
    }

    void await_clients() {
        io_uring_prep_multishot_accept(submission(accept_), listener_.number(), nullptr, nullptr, SOCK_CLOEXEC);
    }

    void accept(const io_uring_cqe& completion) {
        if (completion.res < 0) fail("accept");
        if ((completion.flags & IORING_CQE_F_MORE) == 0) await_clients();
        auto connection = std::make_unique<Connection>();
        connection->sockets = {Descriptor(completion.res), connect_to(ports_.upstream)};
        prepare(completion.res);
        connection->send = {Operation::Kind::send, Side::client, connection.get()};
        for (const auto side : {Side::client, Side::upstream}) {
            if (free_slots_.empty()) fail("more connections than file slots");
            const auto slot = free_slots_.back();
            free_slots_.pop_back();
            const int number = connection->sockets[index(side)].number();
            if (io_uring_register_files_update(&ring_, static_cast<unsigned>(slot), &number, 1) != 1)
                fail("files_update");
            connection->slots[index(side)] = slot;
            connection->receives[index(side)] = {Operation::Kind::receive, side, connection.get()};
            receive(*connection, side);
        }
        connection.release(); // forget() deletes it, when the kernel knows it no more
    }

    void close(Connection& connection) {
        if (connection.closed) return;
        connection.closed = true;
        for (const auto& socket : connection.sockets)
            ::shutdown(socket.number(), SHUT_RDWR); // ends the armed receives
        leaving_.push_back(&connection);
    }

    bool forget(Connection& connection) {
        if (connection.under_way > 0) return false;
        const int none = -1;
        for (const auto slot : connection.slots) {
            io_uring_register_files_update(&ring_, static_cast<unsigned>(slot), &none, 1);
            free_slots_.push_back(slot);
        }
        delete &connection;
        return true;
    }

    Ports ports_;
    Descriptor listener_;
    io_uring ring_{};
    std::unique_ptr<ReceiveBuffers> buffers_;
    Operation accept_;
    std::vector<int> free_slots_;
    std::vector<Connection*> leaving_;
};

} // namespace

int main(int argc, char** argv) {
    Loop(ports_of({argv, static_cast<std::size_t>(argc)})).run();
}
