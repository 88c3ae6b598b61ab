#include "dump/json/json_object.hpp"

#include "base/json_text.hpp"

namespace chatos::dump {

void add_json_string(output& out, std::string_view text) {
    base::write_json_string(text, [&out](std::string_view piece) { out.add(piece); });
}

void json_object::add_key(std::string_view key) {
    out_.add(first_ ? "\"" : ",\"");
    out_.add(key);
    out_.add("\":");
    first_ = false;
}

void json_object::text(std::string_view key, std::string_view value) {
    add_key(key);
    add_json_string(out_, value);
}

void json_object::number(std::string_view key, std::uint64_t value) {
    add_key(key);
    out_.add_number(value);
}

void json_object::boolean(std::string_view key, bool value) {
    add_key(key);
    out_.add(value ? "true" : "false");
}

void json_object::begin_object(std::string_view key) {
    add_key(key);
    out_.add('{');
    first_ = true;
}

void json_object::end_object() {
    out_.add('}');
    first_ = false;
}

}  // namespace chatos::dump
