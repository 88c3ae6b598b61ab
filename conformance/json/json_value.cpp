#include "json/json_value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>

namespace chatos::conformance {
namespace {

constexpr std::size_t depth_max = 64;
/// Each key is compared with those before it, so that their number must be bounded.
constexpr std::size_t keys_max = 1'000;
constexpr const char* too_large = "the number is too large";

/// How far the parser has read. It reads one character ahead after a number, so what counts is the line of the last
/// character that is not white space.
struct read_position {
    unsigned line{1};
    unsigned column{0};
    unsigned token_line{1};

    bool is_after_line_break{false};

    /// A line break counts as the last character of its line.
    void advance(char character) noexcept {
        if (is_after_line_break) {
            ++line;
            column = 0;
        }
        ++column;
        is_after_line_break = character == '\n';
        if (character != ' ' && character != '\t' && character != '\r' && character != '\n') {
            token_line = line;
        }
    }
};

/// Input iterator that keeps a read_position up to date.
class counting_iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    counting_iterator(const char* at, read_position* position) noexcept : at_{at}, position_{position} {}
    reference operator*() const noexcept { return *at_; }
    counting_iterator& operator++() noexcept {
        position_->advance(*at_);
        ++at_;
        return *this;
    }
    counting_iterator operator++(int) noexcept {
        const counting_iterator before = *this;
        ++*this;
        return before;
    }
    bool operator==(const counting_iterator& other) const noexcept { return at_ == other.at_; }
    bool operator!=(const counting_iterator& other) const noexcept { return at_ != other.at_; }

private:
    const char* at_;
    read_position* position_;
};

/// The parser's own words, without its prefix ("[json.exception.parse_error.101] parse error at line 1, column 2: ").
std::string own_words(std::string_view message) {
    const std::size_t at = message.find("syntax error");
    if (at != std::string_view::npos) {
        message.remove_prefix(at);
    }
    return std::string{message};
}

/// Builds values from the parser's events.
class value_builder {
public:
    explicit value_builder(const read_position& position) noexcept : position_{position} {}

    bool null() { return put(json_kind::null) != nullptr; }
    bool boolean(bool value) {
        json_value* slot = put(json_kind::boolean);
        slot->boolean = value;
        return true;
    }
    bool number_integer(std::int64_t value) {
        put(json_kind::integer)->integer = value;
        return true;
    }
    bool number_unsigned(std::uint64_t value) {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return refuse(too_large);
        }
        return number_integer(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string& text) {
        // The parser takes an integer that does not fit for a number with a fraction.
        if (text.find_first_of(".eE") == std::string::npos) {
            return refuse(too_large);
        }
        put(json_kind::real)->real = value;
        return true;
    }
    bool string(std::string& value) {
        put(json_kind::string)->string = std::move(value);
        return true;
    }
    bool binary(std::vector<std::uint8_t>& /*value*/) { return refuse("binary values are not JSON"); }
    bool start_object(std::size_t /*size*/) { return open(json_kind::object); }
    bool start_array(std::size_t /*size*/) { return open(json_kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        json_value& object = *open_.back();
        if (std::find(object.keys.begin(), object.keys.end(), name) != object.keys.end()) {
            return refuse("duplicate key \"" + name + "\"");
        }
        if (object.keys.size() == keys_max) {
            return refuse("an object has more than 1,000 keys");
        }
        object.keys.push_back(std::move(name));
        return true;
    }
    template <typename Exception>
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Exception& error) {
        constexpr int number_overflow = 406;
        return refuse(error.id == number_overflow ? too_large : own_words(error.what()));
    }

    [[nodiscard]] std::variant<json_value, json_error> take(bool parsed) {
        if (parsed) {
            return std::move(root_);
        }
        return std::move(*error_);
    }

private:
    json_value* put(json_kind kind) {
        json_value* slot = &root_;
        if (!open_.empty()) {
            slot = &open_.back()->items.emplace_back();
        }
        slot->kind = kind;
        slot->line = position_.token_line;
        return slot;
    }
    // Only the innermost open container grows, so pointers to those around it stay valid.
    bool open(json_kind kind) {
        if (open_.size() == depth_max) {
            return refuse("the values nest deeper than 64");
        }
        open_.push_back(put(kind));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool refuse(std::string message) {
        if (!error_) {
            error_ = json_error{position_.line, std::max(1U, position_.column), std::move(message)};
        }
        return false;
    }

    const read_position& position_;
    json_value root_;
    std::vector<json_value*> open_;
    std::optional<json_error> error_;
};

}  // namespace

std::string_view json_kind_name(json_kind kind) noexcept {
    switch (kind) {
    case json_kind::null: return "null";
    case json_kind::boolean: return "true or false";
    case json_kind::integer: return "an integer";
    case json_kind::real: return "a number with a fraction";
    case json_kind::string: return "a string";
    case json_kind::array: return "an array";
    case json_kind::object: return "an object";
    }
    return "";
}

const json_value* json_value::find(std::string_view key) const noexcept {
    const auto at = std::find(keys.begin(), keys.end(), key);
    return at == keys.end() ? nullptr : &items[static_cast<std::size_t>(at - keys.begin())];
}

std::variant<json_value, json_error> parse_json(std::string_view text) {
    read_position position;
    value_builder builder{position};
    const bool parsed = nlohmann::json::sax_parse(counting_iterator{text.data(), &position},
                                                  counting_iterator{text.data() + text.size(), &position}, &builder);
    return builder.take(parsed);
}

}  // namespace chatos::conformance
