#include "base/http_request.hpp"

#include <algorithm>

namespace chatos::base {

http_request parse_http_request(std::string_view head) noexcept {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || line.substr(second + 1).substr(0, 7) != "HTTP/1.") {
        return {};
    }
    const std::string_view method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, second - first - 1);
    target = target.substr(0, target.find('?'));
    const bool upper = std::all_of(method.begin(), method.end(), [](char byte) { return byte >= 'A' && byte <= 'Z'; });
    if (method.empty() || !upper || !target.starts_with('/')) {
        return {};
    }
    return {.method = method, .path = target, .well_formed = true};
}

std::string http_answer(std::string_view status, std::string_view content_type, std::string_view body, bool with_body) {
    std::string answer = "HTTP/1.1 ";
    answer.append(status).append("\r\nContent-Type: ").append(content_type);
    answer.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    answer.append("\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
    if (with_body) {
        answer.append(body);
    }
    return answer;
}

}  // namespace chatos::base
