#include "json/json_value.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::conformance {
namespace {

json_value parsed(std::string_view text) {
    auto result = parse_json(text);
    if (const auto* error = std::get_if<json_error>(&result)) {
        ADD_FAILURE() << error->line << ':' << error->column << ": " << error->message;
        return {};
    }
    return std::get<json_value>(std::move(result));
}

/// "line:column: what", or "" when the text was accepted.
std::string refusal(std::string_view text) {
    const auto result = parse_json(text);
    const auto* error = std::get_if<json_error>(&result);
    return error == nullptr ? ""
                            : std::to_string(error->line) + ':' + std::to_string(error->column) + ": " + error->message;
}

TEST(JsonValue, keeps_kinds_values_and_the_order_of_keys) {
    const json_value value = parsed(R"({"b": [true, null, -7, 1.5], "a": {"text": "h\u00e9 \"q\""}})");
    ASSERT_EQ(value.kind, json_kind::object);
    EXPECT_EQ(value.keys, (std::vector<std::string>{"b", "a"}));
    const json_value& list = *value.find("b");
    ASSERT_EQ(list.items.size(), 4U);
    EXPECT_TRUE(list.items[0].boolean);
    EXPECT_EQ(list.items[1].kind, json_kind::null);
    EXPECT_EQ(list.items[2].integer, -7);
    EXPECT_EQ(list.items[3].kind, json_kind::real);
    EXPECT_EQ(list.items[3].real, 1.5);
    EXPECT_EQ(value.find("a")->find("text")->string, "h\u00e9 \"q\"");
    EXPECT_EQ(value.find("c"), nullptr);
}

TEST(JsonValue, values_know_their_line_also_numbers_that_a_line_break_ends) {
    const json_value value = parsed("{\n\"a\": 1\n,\n\"b\": [2\n\n, 3\r\n],\n\n\"c\":\n\"x\",\"d\": {}\n}");
    EXPECT_EQ(value.line, 1U);
    EXPECT_EQ(value.find("a")->line, 2U);
    EXPECT_EQ(value.find("b")->line, 4U);
    EXPECT_EQ(value.find("b")->items[0].line, 4U);
    EXPECT_EQ(value.find("b")->items[1].line, 6U);
    EXPECT_EQ(value.find("c")->line, 10U);
    EXPECT_EQ(value.find("d")->line, 10U);
}

TEST(JsonValue, a_number_alone_stands_on_its_line) {
    EXPECT_EQ(parsed("\n\n 12\n\n").line, 3U);
}

TEST(JsonValue, a_key_that_stands_twice_is_refused_and_named) {
    EXPECT_EQ(refusal("{\"a\": 1,\n \"b\": 2, \"a\": 3}"), "2:12: duplicate key \"a\"");
    EXPECT_EQ(refusal(R"({"a": {"a": 1}, "b": {"a": 2}})"), "");
}

TEST(JsonValue, nesting_is_bounded) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_EQ(refusal(nested(64)), "");
    EXPECT_EQ(refusal(nested(65)), "1:65: the values nest deeper than 64");
    EXPECT_EQ(refusal(std::string(100'000, '[')), "1:65: the values nest deeper than 64");
}

TEST(JsonValue, the_keys_of_an_object_are_bounded) {
    const auto object_of = [](int keys) {
        std::string text = "{\"k0\":0";
        for (int key = 1; key < keys; ++key) {
            text += ",\n\"k" + std::to_string(key) + "\":0";
        }
        return text + '}';
    };
    EXPECT_EQ(refusal(object_of(1'000)), "");
    EXPECT_EQ(refusal(object_of(1'001)), "1001:7: an object has more than 1,000 keys");
}

TEST(JsonValue, integers_end_at_64_bits_and_larger_ones_are_refused) {
    EXPECT_EQ(parsed("9223372036854775807").integer, INT64_MAX);
    EXPECT_EQ(parsed("-9223372036854775808").integer, INT64_MIN);
    EXPECT_EQ(refusal("[9223372036854775808]"), "1:21: the number is too large");
    EXPECT_EQ(refusal("[18446744073709551616]"), "1:22: the number is too large");
    EXPECT_EQ(refusal("[-9223372036854775809]"), "1:22: the number is too large");
    EXPECT_EQ(refusal("[1e999]"), "1:7: the number is too large");
}

TEST(JsonValue, broken_text_is_refused_with_its_line_and_column) {
    const auto starts = [](std::string_view text, std::string_view start) {
        EXPECT_EQ(refusal(text).substr(0, start.size()), start) << text << "\n" << refusal(text);
    };
    starts("", "1:1: syntax error");
    starts("{\"a\": 1,\n  oops}", "2:3: syntax error");
    starts("[1, 2", "1:5: syntax error");
    starts("{\"a\": 1\n\n", "2:1: syntax error");
    starts("{} {}", "1:4: syntax error");
    starts("[\"a\nb\"]", "1:4: syntax error");
    starts("[\"\xff\"]", "1:3: syntax error");
    starts("[01]", "1:4: syntax error");
    starts("// a remark\n1", "1:1: syntax error");
}

TEST(JsonValue, messages_name_no_library) {
    for (const char* text : {"", "{", "[1e999]", "{\"a\" 1}", "\"\\x\"", "nul"}) {
        EXPECT_EQ(refusal(text).find("json.exception"), std::string::npos) << refusal(text);
    }
}

}  // namespace
}  // namespace chatos::conformance
