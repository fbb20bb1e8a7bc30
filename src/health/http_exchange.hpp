// SPDX-License-Identifier: Apache-2.0
// One HTTP/1.1 GET over a stream that stands, plain or TLS, as far as the status of the answer. The body is not read;
// what the head may take is bounded, whoever sends it.
#pragma once

#include "health/http_limits.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::health {

/// `Stream` outlives it, and so does whoever `keep` keeps alive.
template <typename Stream>
class HttpExchange {
public:
    /// The status, or the error that came in its place.
    using Done = std::function<void(const boost::system::error_code&, unsigned status)>;

    HttpExchange(Stream& stream, const std::string& path, const std::string& host) : stream_(stream) {
        namespace http = boost::beast::http;
        request_.method(http::verb::get);
        request_.target(path);
        request_.version(11);
        request_.set(http::field::host, host);
        request_.set(http::field::user_agent, "sallyport-health-check");
        request_.set(http::field::accept, "*/*");
        request_.keep_alive(false);
    }

    void run(std::shared_ptr<void> keep, Done done) {
        done_ = std::move(done);
        boost::beast::http::async_write(stream_, request_,
                                        [this, keep](const boost::system::error_code& error, std::size_t) {
                                            if (error) return done_(error, 0);
                                            read(keep);
                                        });
    }

private:
    void read(const std::shared_ptr<void>& keep) {
        parser_.emplace();
        parser_->header_limit(max_head_bytes);
        parser_->body_limit(boost::none); // announced, not read
        boost::beast::http::async_read_header(
            stream_, buffer_, *parser_, [this, keep](const boost::system::error_code& error, std::size_t) {
                if (error) return done_(error, 0);
                const unsigned status = parser_->get().result_int();
                const bool is_interim = status < 200 && status != 101; // RFC 9110 section 15.2
                if (is_interim && ++interim_answers_ <= max_interim_answers) return read(keep);
                done_({}, status);
            });
    }

    Stream& stream_;
    boost::beast::http::request<boost::beast::http::empty_body> request_;
    boost::beast::flat_buffer buffer_{max_head_bytes + 4096};
    std::optional<boost::beast::http::response_parser<boost::beast::http::empty_body>> parser_;
    unsigned interim_answers_ = 0;
    Done done_;
};

} // namespace sallyport::health
