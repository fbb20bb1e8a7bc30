// SPDX-License-Identifier: Apache-2.0
// A call of HTTP/2 over a stream that stands, plain or TLS. What is sent is little, so it is sent and read in turns.
#pragma once

#include "health/http2_call.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace sallyport::health {

/// `Stream` outlives it, and so does whoever `keep` keeps alive.
template <typename Stream>
class Http2Exchange {
public:
    /// The call, which is over, unless an error came in its answer's place.
    using Done = std::function<void(const boost::system::error_code&, const Http2Call&)>;

    Http2Exchange(Stream& stream, Http2Request request) : stream_(stream), call_(std::move(request)) {}

    void run(std::shared_ptr<void> keep, Done done) {
        done_ = std::move(done);
        step(keep);
    }

private:
    using Error = boost::system::error_code;

    /// The farewell is sent before the answer is told, for who hears of it closes the connection.
    void step(const std::shared_ptr<void>& keep) {
        try {
            call_.take({incoming_.data(), std::exchange(came_, 0)});
            outgoing_ = call_.to_send();
            if (!outgoing_.empty()) return write(keep);
            if (call_.is_over()) return done_({}, call_);
            read(keep);
        } catch (const std::exception&) {
            done_(boost::system::errc::make_error_code(boost::system::errc::not_enough_memory), call_);
        }
    }

    void write(const std::shared_ptr<void>& keep) {
        boost::asio::async_write(stream_, boost::asio::buffer(outgoing_),
                                 [this, keep](const Error& error, std::size_t) {
                                     if (!error) return step(keep);
                                     done_(call_.is_over() ? Error() : error, call_);
                                 });
    }

    void read(const std::shared_ptr<void>& keep) {
        stream_.async_read_some(boost::asio::buffer(incoming_), [this, keep](const Error& error, std::size_t count) {
            if (error) return done_(error, call_);
            came_ = count;
            step(keep);
        });
    }

    Stream& stream_;
    Http2Call call_;
    std::vector<std::uint8_t> outgoing_;
    std::array<std::uint8_t, 16U * 1024> incoming_{};
    std::size_t came_ = 0; // of it, and not given to the call yet
    Done done_;
};

} // namespace sallyport::health
