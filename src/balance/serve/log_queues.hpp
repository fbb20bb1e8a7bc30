// SPDX-License-Identifier: Apache-2.0
// Where a thread's lines of one log go, and how a record becomes one of them.
#pragma once

#include "balance/l7/access_log.hpp"
#include "balance/l7/connection_log.hpp"
#include "balance/l7/line_queue.hpp"
#include "config/http.hpp"

#include <string>

namespace sallyport::serve {

/// A queue that is null: such lines are not written.
struct LogQueues {
    config::HttpLogFormat format = config::HttpLogFormat::alb;
    l7::LineQueue* requests = nullptr;
    l7::LineQueue* connections = nullptr;
};

/// An l7::AccessRecord or an l7::ConnectionRecord.
template <typename Record>
void write_line(l7::LineQueue& queue, config::HttpLogFormat format, const Record& record) {
    queue.write([&](std::string& line) {
        if (format == config::HttpLogFormat::json) {
            l7::append_json_line(line, record);
        } else {
            l7::append_alb_line(line, record);
        }
    });
}

} // namespace sallyport::serve
