#include "client/name_text.hpp"

#include "base/shown_text.hpp"

#include <algorithm>

namespace chatos::client {
namespace {

void skip_blanks(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
}

std::optional<std::string> take_quoted(std::string_view& line) {
    std::string name;
    line.remove_prefix(1);
    while (!line.empty()) {
        const char next = line.front();
        line.remove_prefix(1);
        if (next == '"') {
            return name;
        }
        if (next != '\\') {
            name += next;
            continue;
        }
        const std::size_t size = base::read_escape(line, name);
        if (size == 0) {
            return std::nullopt;
        }
        line.remove_prefix(size);
    }
    return std::nullopt;
}

}  // namespace

std::string shown_name(std::string_view name) {
    std::string safe = base::quoted(name);
    const bool is_plain = safe.size() == name.size() + 2 && safe.substr(1, name.size()) == name && !name.empty() &&
                          name.find_first_of(" :") == std::string_view::npos &&
                          std::string_view{"*(/"}.find(name.front()) == std::string_view::npos;
    return is_plain ? std::string{name} : safe;
}

std::optional<std::string> read_name(std::string_view& line) {
    skip_blanks(line);
    if (line.empty()) {
        return std::nullopt;
    }
    if (line.front() == '"') {
        std::optional<std::string> name = take_quoted(line);
        return name && !name->empty() && (line.empty() || line.front() == ' ' || line.front() == '\t') ? name
                                                                                                       : std::nullopt;
    }
    const std::size_t size = std::min(line.find_first_of(" \t"), line.size());
    std::string name{line.substr(0, size)};
    line.remove_prefix(size);
    return name;
}

}  // namespace chatos::client
