// Reads JSON values into types and collects everything that is wrong with them: file, line, pointer, what was
// expected. Knows nothing about what the values mean.
#pragma once

#include "json/json_value.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

/// One thing that is wrong with a file.
struct problem {
    std::string file;
    unsigned line{0};     ///< 0: the file as a whole
    std::string pointer;  ///< JSON pointer; empty for the whole document or for text that is not JSON
    std::string message;

    /// "scenarios/a.json:12: /steps/3/send: unknown key ..."
    [[nodiscard]] std::string text() const;
};

/// Collects problems of one file; at most 20, so that one slip does not fill the screen, and as many misspelled keys,
/// which are found last and are the cause of others.
class problem_list {
public:
    explicit problem_list(std::string file) : file_{std::move(file)} {}

    void add(unsigned line, std::string pointer, std::string message);
    void add_unknown_key(unsigned line, std::string pointer, std::string message);
    [[nodiscard]] bool empty() const noexcept { return problems_.empty(); }
    [[nodiscard]] std::vector<problem> take() noexcept { return std::move(problems_); }

private:
    friend class json_place;
    friend class object_reader;

    /// A value that was visited, and the one that it lies in. Pointers are made of these when something is wrong: most
    /// files have no problem, and the text of every pointer took longer than everything else.
    struct visited {
        const json_value* value;
        const visited* parent;  ///< nullptr: the document
    };

    std::string file_;
    std::vector<problem> problems_;
    std::size_t unknown_keys_{0};  // of them
    std::deque<visited> visited_;
};

/// A value and its place. Refers to the document and to the list of problems.
class json_place {
public:
    json_place(const json_value& document, problem_list& problems) : json_place{document, nullptr, problems} {}

    [[nodiscard]] const json_value& value() const noexcept { return *place_->value; }
    /// The JSON pointer (RFC 6901).
    [[nodiscard]] std::string pointer() const;
    [[nodiscard]] bool is(json_kind kind) const noexcept { return value().kind == kind; }

    /// "my.json:12: /steps/3": where it is, for messages about what it says.
    [[nodiscard]] std::string text() const {
        return problems_->file_ + ':' + std::to_string(value().line) + ": " + pointer();
    }

    /// Adds a problem at this place.
    void refuse(std::string message) const { problems_->add(value().line, pointer(), std::move(message)); }

    /// The value as a type; otherwise refuses it ("expected a string, found an integer") and gives nothing.
    [[nodiscard]] std::optional<std::string> as_string() const;
    [[nodiscard]] std::optional<bool> as_boolean() const;
    [[nodiscard]] std::optional<std::int64_t> as_integer(std::int64_t smallest, std::int64_t largest) const;
    /// Elements of an array; refuses anything else and an array of fewer than `size_min`.
    [[nodiscard]] std::vector<json_place> as_array(std::size_t size_min = 0) const;

    /// The place of one of value().items.
    [[nodiscard]] json_place child(const json_value& item) const { return {item, place_, *problems_}; }

private:
    json_place(const json_value& value, const problem_list::visited* parent, problem_list& problems)
        : place_{&problems.visited_.emplace_back(problem_list::visited{&value, parent})}, problems_{&problems} {}

    friend class object_reader;

    const problem_list::visited* place_;
    problem_list* problems_;
};

/// Reads an object's keys; finish() refuses those that were not read.
class object_reader {
public:
    /// Refuses the place if it is not an object; every key is then missing, silently.
    explicit object_reader(const json_place& place);

    [[nodiscard]] bool has(std::string_view key) const noexcept { return place_.value().find(key) != nullptr; }
    [[nodiscard]] std::optional<json_place> find(std::string_view key);
    /// Refuses the object when the key is missing.
    [[nodiscard]] std::optional<json_place> require(std::string_view key);
    [[nodiscard]] const json_place& place() const noexcept { return place_; }
    /// Counts these keys as read: before finish() of an object that is refused for another reason, so that it names
    /// unknown keys all the same. A misspelled key is the usual reason that another one is missing.
    void allow(const std::vector<std::string>& keys) { known_.insert(known_.end(), keys.begin(), keys.end()); }
    void finish();

private:
    json_place place_;
    bool is_object_;
    std::vector<std::string> known_;
};

/// `; did you mean "expect"?`, or nothing.
[[nodiscard]] std::string meant_key(std::string_view key, const std::vector<std::string>& known);

/// `"a", "b" or "c"`: the words that were expected.
[[nodiscard]] std::string quoted_choices(const std::vector<std::string>& words, std::string_view last = "or");

}  // namespace chatos::conformance
