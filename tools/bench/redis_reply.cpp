#include "bench/redis_reply.hpp"

#include <charconv>

namespace chatos::bench {

namespace {

constexpr redis_reply malformed{.status = reply_status::malformed};
constexpr redis_reply incomplete{.status = reply_status::incomplete};

/// A line up to CR LF; `consumed` counts both.
redis_reply read_line(std::string_view input) {
    const std::size_t end = input.substr(0, redis_line_bytes_max).find("\r\n");
    if (end != std::string_view::npos) {
        return {.status = reply_status::complete,
                .consumed = end + 2,
                .kind = input.front(),
                .line = input.substr(1, end - 1)};
    }
    return input.size() < redis_line_bytes_max ? incomplete : malformed;
}

/// False: not a number from 0 to `most`.
bool read_size(std::string_view text, std::size_t most, std::size_t& size) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    return error == std::errc{} && end == text.data() + text.size() && size <= most;
}

/// A string with its size in front, or a number.
redis_reply read_element(std::string_view input, std::string_view& element) {
    if (input.empty()) {
        return incomplete;
    }
    redis_reply reply = read_line(input);
    if (reply.status != reply_status::complete || reply.kind == ':') {
        element = reply.line;
        return reply;
    }
    std::size_t size = 0;
    if (reply.kind != '$' || !read_size(reply.line, redis_string_bytes_max, size)) {
        return malformed;
    }
    const std::string_view remaining = input.substr(reply.consumed);
    if (remaining.size() < size + 2) {
        return incomplete;
    }
    if (remaining.substr(size, 2) != "\r\n") {
        return malformed;
    }
    element = remaining.substr(0, size);
    reply.consumed += size + 2;
    return reply;
}

}  // namespace

redis_reply read_redis_reply(std::string_view input, std::vector<std::string_view>& elements) {
    elements.clear();
    if (input.empty()) {
        return incomplete;
    }
    if (std::string_view{"+-:*"}.find(input.front()) == std::string_view::npos) {
        return malformed;
    }
    redis_reply whole = read_line(input);
    if (whole.status != reply_status::complete || whole.kind != '*') {
        return whole;
    }
    std::size_t count = 0;
    if (!read_size(whole.line, redis_elements_max, count)) {
        return malformed;
    }
    for (; count > 0; --count) {
        std::string_view element;
        const redis_reply part = read_element(input.substr(whole.consumed), element);
        if (part.status != reply_status::complete) {
            return part;
        }
        elements.push_back(element);
        whole.consumed += part.consumed;
    }
    return whole;
}

}  // namespace chatos::bench
