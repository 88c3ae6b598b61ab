#include "json/checked_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::conformance {
namespace {

/// A JSON text and the problems that reading it made.
struct read_text {
    json_value root;
    problem_list problems{"file.json"};

    explicit read_text(std::string_view text) : root{std::get<json_value>(parse_json(text))} {}
    json_place place() { return {root, problems}; }
    std::vector<std::string> lines() {
        std::vector<std::string> texts;
        for (const problem& problem : problems.take()) {
            texts.push_back(problem.text());
        }
        return texts;
    }
};
using lines = std::vector<std::string>;

TEST(CheckedReader, a_problem_says_file_line_pointer_and_what) {
    EXPECT_EQ((problem{"a.json", 12, "/steps/3", "no"}).text(), "a.json:12: /steps/3: no");
    EXPECT_EQ((problem{"a.json", 12, "", "no"}).text(), "a.json:12: no");
    EXPECT_EQ((problem{"a.json", 0, "", "no"}).text(), "a.json: no");
}

TEST(CheckedReader, reads_what_has_the_right_type) {
    read_text text{R"({"s": "x", "b": true, "i": 5, "a": [1, 2]})"};
    object_reader reader{text.place()};
    EXPECT_EQ(reader.require("s")->as_string(), "x");
    EXPECT_EQ(reader.require("b")->as_boolean(), true);
    EXPECT_EQ(reader.require("i")->as_integer(5, 5), 5);
    EXPECT_EQ(reader.require("a")->as_array(2).size(), 2U);
    reader.finish();
    EXPECT_EQ(text.lines(), lines{});
}

TEST(CheckedReader, a_wrong_type_is_named_beside_the_right_one) {
    read_text text{"[1,\n\"x\",\n1.5,\nnull,\n{},\n[]]"};
    const auto items = text.place().as_array();
    EXPECT_EQ(items[0].as_string(), std::nullopt);
    EXPECT_EQ(items[1].as_boolean(), std::nullopt);
    EXPECT_EQ(items[2].as_integer(0, 9), std::nullopt);
    EXPECT_TRUE(items[3].as_array().empty());
    EXPECT_EQ(items[4].as_string(), std::nullopt);
    const object_reader reader{items[5]};
    EXPECT_FALSE(reader.has("key"));
    EXPECT_EQ(text.lines(), (lines{
                                "file.json:1: /0: expected a string, found an integer",
                                "file.json:2: /1: expected true or false, found a string",
                                "file.json:3: /2: expected an integer from 0 to 9, found a number with a fraction",
                                "file.json:4: /3: expected an array, found null",
                                "file.json:5: /4: expected a string, found an object",
                                "file.json:6: /5: expected an object, found an array",
                            }));
}

TEST(CheckedReader, numbers_and_arrays_have_bounds) {
    read_text text{R"({"low": -1, "high": 256, "few": [1], "none": []})"};
    object_reader reader{text.place()};
    EXPECT_EQ(reader.find("low")->as_integer(0, 255), std::nullopt);
    EXPECT_EQ(reader.find("high")->as_integer(0, 255), std::nullopt);
    (void)reader.find("few")->as_array(2);
    (void)reader.find("none")->as_array(1);
    EXPECT_EQ(text.lines(), (lines{
                                "file.json:1: /low: expected an integer from 0 to 255, found -1",
                                "file.json:1: /high: expected an integer from 0 to 255, found 256",
                                "file.json:1: /few: expected at least 2 elements, found 1",
                                "file.json:1: /none: expected at least 1 element, found 0",
                            }));
}

TEST(CheckedReader, a_missing_key_is_a_problem_of_its_object) {
    read_text text{"{\"a\":\n{}}"};
    object_reader outer{text.place()};
    object_reader inner{*outer.require("a")};
    EXPECT_EQ(inner.find("b"), std::nullopt);
    EXPECT_EQ(inner.require("c"), std::nullopt);
    EXPECT_EQ(text.lines(), lines{"file.json:2: /a: the key \"c\" is missing"});
}

TEST(CheckedReader, unknown_keys_are_refused_with_those_that_could_have_stood_there) {
    read_text text{"{\"a\": 1,\n\"x\": 2,\n\"b\": 3, \"y\": 4}"};
    object_reader reader{text.place()};
    (void)reader.find("a");
    (void)reader.find("b");
    (void)reader.find("c");
    reader.finish();
    EXPECT_EQ(text.lines(), (lines{
                                R"(file.json:2: /x: unknown key "x"; expected "a", "b" or "c")",
                                R"(file.json:3: /y: unknown key "y"; expected "a", "b" or "c")",
                            }));
}

TEST(CheckedReader, pointers_escape_what_json_pointers_escape) {
    read_text text{R"({"a/b~c": [{"": 1}]})"};
    object_reader reader{text.place()};
    const json_place item = reader.find("a/b~c")->as_array().front();
    object_reader{item}.find("")->refuse("here");
    EXPECT_EQ(text.lines(), lines{"file.json:1: /a~1b~0c/0/: here"});
}

TEST(CheckedReader, problems_are_bounded) {
    problem_list problems{"a.json"};
    for (unsigned line = 1; line <= 100; ++line) {
        problems.add(line, "", "again");
    }
    const std::vector<problem> kept = problems.take();
    ASSERT_EQ(kept.size(), 20U);
    EXPECT_EQ(kept.back().line, 20U);
}

TEST(CheckedReader, choices_are_listed_as_a_sentence_wants_them) {
    EXPECT_EQ(quoted_choices({"a"}), R"("a")");
    EXPECT_EQ(quoted_choices({"a", "b"}), R"("a" or "b")");
    EXPECT_EQ(quoted_choices({"a", "b", "c"}, "and"), R"("a", "b" and "c")");
}

}  // namespace
}  // namespace chatos::conformance
