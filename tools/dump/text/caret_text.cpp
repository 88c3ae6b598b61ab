#include "dump/text/caret_text.hpp"

#include "base/shown_text.hpp"
#include "base/text_columns.hpp"

#include <algorithm>

namespace chatos::dump {

namespace {

constexpr std::size_t shown_before_bytes_max = 60;
constexpr std::size_t shown_after_bytes_max = 40;

}  // namespace

std::size_t column_at(std::string_view text, std::size_t position) {
    return base::columns_of(text.substr(0, position)) + 1;
}

std::string caret_text(std::string_view text, std::size_t position, std::size_t size) {
    position = std::min(position, text.size());
    const std::size_t from = position > shown_before_bytes_max ? position - shown_before_bytes_max : 0;
    const std::size_t end = std::min({text.size(), position + size, position + shown_after_bytes_max});
    const std::string before = (from == 0 ? "" : "...") + base::printable(text.substr(from, position - from));
    const std::string marked = base::printable(text.substr(position, end - position));
    const std::string_view remaining = text.substr(end);
    const std::string after = base::printable(remaining.substr(0, shown_after_bytes_max)) +
                              (remaining.size() > shown_after_bytes_max ? "..." : "");
    return "\n  " + before + marked + after + "\n  " + std::string(base::columns_of(before), ' ') +
           std::string(std::max<std::size_t>(base::columns_of(marked), 1), '^');
}

}  // namespace chatos::dump
