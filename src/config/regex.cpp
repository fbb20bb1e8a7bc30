// SPDX-License-Identifier: Apache-2.0
#include "config/regex.hpp"

namespace sallyport::config {

Result<std::unique_ptr<const RE2>> compile_regex(const std::string& text, LetterCase letters) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(regex_memory_bytes);
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_case_sensitive(letters == LetterCase::matters);
    auto regex = std::make_unique<const RE2>(text, options);
    if (!regex->ok()) return failure(regex->error());
    return regex;
}

} // namespace sallyport::config
