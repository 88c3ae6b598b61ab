#include "json/json_writer.hpp"

#include "base/json_text.hpp"

#include <algorithm>
#include <cstdio>

namespace chatos::conformance {
namespace {

constexpr std::size_t line_bytes_max = 120;

std::string real_text(double real) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%.17g", real);
    const std::string result = text;
    // Without a fraction or an exponent it would be read as an integer.
    return result.find_first_of(".e") == std::string::npos ? result + ".0" : result;
}

std::string scalar_text(const json_value& value) {
    switch (value.kind) {
    case json_kind::boolean: return value.boolean ? "true" : "false";
    case json_kind::integer: return std::to_string(value.integer);
    case json_kind::real: return real_text(value.real);
    case json_kind::string: return base::json_string(value.string);
    case json_kind::null:
    case json_kind::array:
    case json_kind::object: break;
    }
    return "null";
}

bool is_scalar(const json_value& value) noexcept {
    return value.kind != json_kind::array && value.kind != json_kind::object;
}

std::string text_of(const json_value& value, std::size_t indent, bool on_one_line);

/// The members between the brackets.
std::string members(const json_value& value, std::size_t indent, bool on_one_line) {
    std::string text;
    for (std::size_t index = 0; index < value.items.size(); ++index) {
        text += index == 0 ? "" : ",";
        text += !on_one_line ? '\n' + std::string(indent, ' ') : index == 0 ? "" : " ";
        if (value.kind == json_kind::object) {
            text += base::json_string(value.keys[index]) + ": ";
        }
        text += text_of(value.items[index], indent, on_one_line);
    }
    return text;
}

std::string text_of(const json_value& value, std::size_t indent, bool on_one_line) {
    if (is_scalar(value)) {
        return scalar_text(value);
    }
    const char* brackets = value.kind == json_kind::object ? "{}" : "[]";
    const std::string short_text = brackets[0] + members(value, indent, true) + brackets[1];
    if (on_one_line || (indent != 0 && indent + short_text.size() <= line_bytes_max) || value.items.empty()) {
        return short_text;
    }
    return brackets[0] + members(value, indent + 2, false) + '\n' + std::string(indent, ' ') + brackets[1];
}

}  // namespace

std::string json_text(const json_value& value) {
    return text_of(value, 0, false);
}

json_value json_of(std::string text) {
    json_value value;
    value.kind = json_kind::string;
    value.string = std::move(text);
    return value;
}

void set_member(json_value& object, std::string_view key, json_value value) {
    const auto position = std::find(object.keys.begin(), object.keys.end(), key);
    if (position == object.keys.end()) {
        object.keys.emplace_back(key);
        object.items.push_back(std::move(value));
    } else {
        object.items[static_cast<std::size_t>(position - object.keys.begin())] = std::move(value);
    }
}

}  // namespace chatos::conformance
