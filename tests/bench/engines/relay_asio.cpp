// SPDX-License-Identifier: Apache-2.0
// What does a relayed request cost on Boost.Asio? Set up as cheaply as it can be: one thread and no locks, the plain
// executor type, the handler's memory in the connection, one buffer for all messages.
#include "exchange.hpp"
#include "sockets.hpp"

#include <boost/asio.hpp>
#include <memory>

using namespace sallyport::engines;
namespace asio = boost::asio;

namespace {

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

/// Room for the one operation that a connection waits for at a time.
class OperationMemory {
public:
    void* take(std::size_t size) {
        if (taken_ || size > sizeof room_) return ::operator new(size);
        taken_ = true;
        return &room_;
    }
    void give(void* place) {
        if (place == &room_)
            taken_ = false;
        else
            ::operator delete(place);
    }

private:
    alignas(std::max_align_t) std::array<std::byte, 256> room_;
    bool taken_ = false;
};

template <typename Value>
struct OperationAllocator {
    using value_type = Value;

    explicit OperationAllocator(OperationMemory& where) noexcept : memory(&where) {}
    template <typename Other>
    OperationAllocator(const OperationAllocator<Other>& from) noexcept : memory(from.memory) {}
    Value* allocate(std::size_t count) { return static_cast<Value*>(memory->take(sizeof(Value) * count)); }
    void deallocate(Value* place, std::size_t) { memory->give(place); }
    bool operator==(const OperationAllocator&) const = default;

    OperationMemory* memory;
};

/// Always one operation under way, whose handler owns the connection.
class Connection {
public:
    Connection(Socket client, Socket upstream) : sockets_{std::move(client), std::move(upstream)} {}

    static void advance(std::unique_ptr<Connection> self) {
        auto& exchange = self->exchange_;
        auto& source = self->sockets_[index(exchange.source())];
        auto& sink = self->sockets_[index(other(exchange.source()))];
        const auto bytes = exchange.to_send();
        if (bytes.empty())
            source.async_read_some(asio::buffer(exchange.space().data(), exchange.space().size()),
                                   Read{std::move(self)});
        else
            sink.async_write_some(asio::buffer(bytes.data(), bytes.size()), Written{std::move(self)});
    }

private:
    struct Handler {
        using allocator_type = OperationAllocator<void>;

        explicit Handler(std::unique_ptr<Connection> owned) : self(std::move(owned)) {}
        allocator_type get_allocator() const noexcept { return allocator_type(self->memory_); }

        std::unique_ptr<Connection> self;
    };
    struct Read : Handler {
        using Handler::Handler;
        void operator()(const boost::system::error_code& error, std::size_t count) {
            if (!error && self->exchange_.received(count)) advance(std::move(self));
        }
    };
    struct Written : Handler {
        using Handler::Handler;
        void operator()(const boost::system::error_code& error, std::size_t count) {
            if (error) return;
            self->exchange_.sent(count);
            advance(std::move(self));
        }
    };

    OperationMemory memory_;
    std::array<Socket, 2> sockets_;
    Exchange exchange_;
};

void accept_next(Acceptor& acceptor, std::uint16_t upstream_port) {
    acceptor.async_accept([&acceptor, upstream_port](const boost::system::error_code& error, Socket client) {
        if (!error) {
            prepare(client.native_handle());
            Socket upstream(acceptor.get_executor(), asio::ip::tcp::v4(), connect_to(upstream_port).release());
            client.non_blocking(true);
            upstream.non_blocking(true);
            Connection::advance(std::make_unique<Connection>(std::move(client), std::move(upstream)));
        }
        accept_next(acceptor, upstream_port);
    });
}

} // namespace

int main(int argc, char** argv) {
    const auto ports = ports_of({argv, static_cast<std::size_t>(argc)});
    asio::io_context context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);
    Acceptor acceptor(context, asio::ip::tcp::v4(), listen_on(ports.listen).release());
    accept_next(acceptor, ports.upstream);
    context.run();
}
