// SPDX-License-Identifier: Apache-2.0
// What does a request's field section say in HTTP/2 (RFC 9113 8.3, RFC 8441)? Made into the same head that HTTP/1
// gives.
#pragma once

#include "balance/http/message.hpp"
#include "balance/http/text_arena.hpp"

#include <cstdint>
#include <optional>

namespace sallyport::http {

/// One for each field section. False from either function: the request is malformed, a stream error of type
/// PROTOCOL_ERROR (RFC 9113 8.1.1); the builder is not used on.
class H2RequestBuilder {
public:
    /// The next field line as it came; the texts are copied into the arena.
    [[nodiscard]] bool add(std::string_view name, std::string_view value, TextArena& arena, RequestHead& head);
    /// All have come. `ends_stream`: no content follows.
    [[nodiscard]] bool finish(bool ends_stream, TextArena& arena, RequestHead& head);

private:
    [[nodiscard]] bool add_pseudo(std::string_view name, std::string_view value, TextArena& arena, RequestHead& head);
    [[nodiscard]] bool add_regular(std::string_view name, std::string_view value, TextArena& arena, RequestHead& head);
    [[nodiscard]] bool check_pseudo(TextArena& arena, RequestHead& head) const;

    bool in_fields_ = false; // behind the pseudo fields
    bool has_method_ = false;
    bool has_scheme_ = false;
    bool has_path_ = false;
    bool has_authority_ = false;
    bool has_protocol_ = false;
    bool has_host_ = false;
    std::uint32_t cookies_ = 0;
    std::string_view host_;
    std::optional<std::uint64_t> content_length_;
};

} // namespace sallyport::http
