// SPDX-License-Identifier: Apache-2.0
#include "config/sections.hpp"

namespace sallyport::config {

std::optional<FlowLog> read_flow_log(const Value& section, const std::filesystem::path& base) {
    const Fields fields(section, {"path", "file_size", "files"});
    const auto path = fields.require("path", "add the file to write, such as `path: flows.log`");
    if (!path) return std::nullopt;
    FlowLog log;
    log.path = read_path(*path, "the file to write", base).value_or("");
    fields.integer("file_size", log.file_bytes, least_log_bytes, most_log_bytes);
    fields.integer("files", log.files, 1, most_log_files);
    return log;
}

} // namespace sallyport::config
