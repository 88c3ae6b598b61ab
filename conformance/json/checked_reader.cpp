#include "json/checked_reader.hpp"

#include "base/similar_word.hpp"
#include "base/word_list.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::size_t problems_max = 20;

/// Escapes a key as JSON pointers want it (RFC 6901).
std::string pointer_token(std::string_view key) {
    std::string token;
    for (const char character : key) {
        token += character == '~' ? "~0" : character == '/' ? "~1" : std::string(1, character);
    }
    return token;
}

std::string expected_found(std::string_view expected, const json_value& value) {
    return "expected " + std::string{expected} + ", found " + std::string{json_kind_name(value.kind)};
}

}  // namespace

std::string problem::text() const {
    std::string text = file;
    if (line != 0) {
        text += ':' + std::to_string(line);
    }
    text += ": ";
    if (!pointer.empty()) {
        text += pointer + ": ";
    }
    return text + message;
}

void problem_list::add(unsigned line, std::string pointer, std::string message) {
    if (problems_.size() - unknown_keys_ < problems_max) {
        problems_.push_back({file_, line, std::move(pointer), std::move(message)});
    }
}

void problem_list::add_unknown_key(unsigned line, std::string pointer, std::string message) {
    if (unknown_keys_ < problems_max) {
        ++unknown_keys_;
        problems_.push_back({file_, line, std::move(pointer), std::move(message)});
    }
}

std::optional<std::string> json_place::as_string() const {
    if (!is(json_kind::string)) {
        refuse(expected_found("a string", value()));
        return std::nullopt;
    }
    return value().string;
}

std::optional<bool> json_place::as_boolean() const {
    if (!is(json_kind::boolean)) {
        refuse(expected_found("true or false", value()));
        return std::nullopt;
    }
    return value().boolean;
}

std::optional<std::int64_t> json_place::as_integer(std::int64_t smallest, std::int64_t largest) const {
    const std::string range = "an integer from " + std::to_string(smallest) + " to " + std::to_string(largest);
    if (!is(json_kind::integer)) {
        refuse(expected_found(range, value()));
        return std::nullopt;
    }
    if (value().integer < smallest || value().integer > largest) {
        refuse("expected " + range + ", found " + std::to_string(value().integer));
        return std::nullopt;
    }
    return value().integer;
}

std::vector<json_place> json_place::as_array(std::size_t size_min) const {
    std::vector<json_place> places;
    if (!is(json_kind::array)) {
        refuse(expected_found("an array", value()));
        return places;
    }
    if (value().items.size() < size_min) {
        refuse("expected at least " + base::counted(size_min, "element") + ", found " +
               std::to_string(value().items.size()));
    }
    for (const json_value& item : value().items) {
        places.push_back(child(item));
    }
    return places;
}

std::string json_place::pointer() const {
    std::string pointer;
    for (const auto* at = place_; at->parent != nullptr; at = at->parent) {
        const json_value& parent = *at->parent->value;
        const auto index = static_cast<std::size_t>(at->value - parent.items.data());
        pointer.insert(
            0, '/' + (parent.kind == json_kind::object ? pointer_token(parent.keys[index]) : std::to_string(index)));
    }
    return pointer;
}

object_reader::object_reader(const json_place& place) : place_{place}, is_object_{place.is(json_kind::object)} {
    if (!is_object_) {
        place.refuse(expected_found("an object", place.value()));
    }
}

std::optional<json_place> object_reader::find(std::string_view key) {
    known_.emplace_back(key);
    const json_value* value = is_object_ ? place_.value().find(key) : nullptr;
    return value == nullptr ? std::nullopt : std::optional{place_.child(*value)};
}

std::optional<json_place> object_reader::require(std::string_view key) {
    std::optional<json_place> place = find(key);
    if (!place && is_object_) {
        place_.refuse("the key \"" + std::string{key} + "\" is missing");
    }
    return place;
}

void object_reader::finish() {
    if (!is_object_) {
        return;
    }
    for (std::size_t index = 0; index < place_.value().keys.size(); ++index) {
        const std::string& key = place_.value().keys[index];
        if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
            const json_place place = place_.child(place_.value().items[index]);
            place.problems_->add_unknown_key(place.value().line, place.pointer(),
                                             "unknown key \"" + key + "\"; expected " + quoted_choices(known_) +
                                                 meant_key(key, known_));
        }
    }
}

std::string meant_key(std::string_view key, const std::vector<std::string>& known) {
    const std::optional<std::string> meant = base::similar_word(key, known);
    return meant ? "; did you mean \"" + *meant + "\"?" : "";
}

std::string quoted_choices(const std::vector<std::string>& words, std::string_view last) {
    std::string text;
    for (std::size_t index = 0; index < words.size(); ++index) {
        if (index != 0) {
            text += index + 1 == words.size() ? ' ' + std::string{last} + ' ' : ", ";
        }
        text += '"' + words[index] + '"';
    }
    return text;
}

}  // namespace chatos::conformance
