#include "json/json_writer.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

std::string written_again(const std::string& text) {
    return json_text(std::get<json_value>(parse_json(text)));
}

TEST(JsonWriter, writes_what_was_read_in_the_same_order) {
    const std::string text =
        "{\n  \"z\": 1,\n  \"a\": [true, false, null, -5, 1.5, 2.0, \"\\n\\\"x\\u001b\"],\n  \"m\": {\"b\": {}, \"a\": []}\n}";
    EXPECT_EQ(written_again(text), text);
    EXPECT_EQ(written_again("[]"), "[]");
    EXPECT_EQ(written_again("7"), "7");
}

TEST(JsonWriter, breaks_a_line_that_would_be_too_long) {
    const std::string word(70, 'w');
    EXPECT_EQ(written_again(R"({"a":[")" + word + R"(",")" + word + R"("]})"),
              "{\n  \"a\": [\n    \"" + word + "\",\n    \"" + word + "\"\n  ]\n}");
}

TEST(JsonWriter, a_member_takes_the_place_of_the_one_with_its_key) {
    json_value object = std::get<json_value>(parse_json(R"({"a": 1, "b": 2})"));
    set_member(object, "a", json_of("x"));
    set_member(object, "c", json_of("y"));
    EXPECT_EQ(json_text(object), "{\n  \"a\": \"x\",\n  \"b\": 2,\n  \"c\": \"y\"\n}");
}

}  // namespace
}  // namespace chatos::conformance
