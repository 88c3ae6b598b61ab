// Writes one JSON object on one line. The strings are exact (a parser gives back the very bytes) and yet safe to
// look at: everything that could act on a terminal is written as \u escapes.
#pragma once

#include "dump/output/output.hpp"

#include <cstdint>
#include <string_view>

namespace chatos::dump {

/// Adds `text`, which must be UTF-8, as a JSON string with its quotes.
void add_json_string(output& out, std::string_view text);

/// Starts the object when constructed; finish() ends the line. Keys are our own words and need no escaping.
class json_object {
public:
    explicit json_object(output& out) : out_{out} { out_.add('{'); }

    void text(std::string_view key, std::string_view value);
    void number(std::string_view key, std::uint64_t value);
    void boolean(std::string_view key, bool value);
    /// Starts an object as the value; end_object() ends it.
    void begin_object(std::string_view key);
    void end_object();
    void finish() { out_.add("}\n"); }

private:
    void add_key(std::string_view key);

    output& out_;
    bool first_{true};
};

}  // namespace chatos::dump
