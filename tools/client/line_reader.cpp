#include "client/line_reader.hpp"

namespace chatos::client {

void line_reader::add(std::string_view bytes) {
    held_ += bytes;
}

void line_reader::finish() {
    is_finished_ = true;
}

std::optional<input_line> line_reader::take_line() {
    const std::size_t end = held_.find('\n');
    if (end == std::string::npos && !(is_finished_ && (!held_.empty() || is_skipping_))) {
        if (held_.size() > line_bytes_max_) {
            is_skipping_ = true;
            held_.clear();
        }
        return std::nullopt;
    }
    input_line line{.text = held_.substr(0, end), .is_too_long = is_skipping_};
    held_.erase(0, end == std::string::npos ? end : end + 1);
    is_skipping_ = false;
    if (line.text.ends_with('\r')) {
        line.text.pop_back();
    }
    if (line.is_too_long || line.text.size() > line_bytes_max_) {
        return input_line{.is_too_long = true};
    }
    return line;
}

}  // namespace chatos::client
