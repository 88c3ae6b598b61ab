// The subset of HTTP/1.1 that a scraper needs: one GET or HEAD per connection, answered and closed. Text only, no
// sockets.
#pragma once

#include <string>
#include <string_view>

namespace chatos::base {

/// A parsed request line; `path` is without its query.
struct http_request {
    std::string_view method;
    std::string_view path;
    bool well_formed{false};
};

/// Reads the request line at the start of `head`. The views point into it.
[[nodiscard]] http_request parse_http_request(std::string_view head) noexcept;

/// A complete response, after which the connection is closed. `status` is code and reason ("200 OK").
[[nodiscard]] std::string http_answer(std::string_view status, std::string_view content_type, std::string_view body,
                                      bool with_body = true);

}  // namespace chatos::base
