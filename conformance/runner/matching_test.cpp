#include "runner/matching.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::make_scenario;

event_pattern pattern_of(const std::string& expect) {
    const scenario scenario = make_scenario(
        R"([{"actor": "bob", "expect": {"packet": "SPM", "message": {"bind": "kept"}}},
            {"actor": "alice", "expect": )" +
        expect + "}]");
    return std::get<expect_action>(scenario.steps.back().action).event;
}

received_event event_of(const packet_view& packet) {
    received_event event;
    event.packet = owned(packet);
    return event;
}

bool fits(const std::string& expect, const packet_view& packet, bindings bound = {}) {
    return matches(std::get<packet_pattern>(pattern_of(expect)), event_of(packet), pseudonyms{"t"}, bound);
}

std::string words(const std::string& expect) {
    return describe(pattern_of(expect), pseudonyms{"t"});
}

TEST(Matching, the_packet_must_be_of_the_kind_that_is_expected) {
    EXPECT_TRUE(fits(R"({"packet": "SPM"})", make_spm("x", "y")));
    EXPECT_FALSE(fits(R"({"packet": "SPM"})", make_pc("x")));
    EXPECT_FALSE(fits(R"({"packet": "PC"})", make_error(error_code::ok)));
}

TEST(Matching, a_literal_is_compared_byte_by_byte_after_names_are_replaced) {
    EXPECT_TRUE(fits(R"({"packet": "PC", "pseudo": "{bob}"})", make_pc("bob-t")));
    EXPECT_FALSE(fits(R"({"packet": "PC", "pseudo": "{bob}"})", make_pc("Bob-t")));
    EXPECT_FALSE(fits(R"({"packet": "SPM", "message": "caf\u00e9"})", make_spm("x", "cafe\u0301")));
    EXPECT_TRUE(fits(R"({"packet": "SPM", "message": ""})", make_spm("x", "")));
    EXPECT_TRUE(fits(R"({"packet": "SPM", "message": {"repeat": "ab", "times": 2}})", make_spm("x", "abab")));
    EXPECT_FALSE(fits(R"({"packet": "SPM", "message": {"repeat": "ab", "times": 2}})", make_spm("x", "ababab")));
}

TEST(Matching, a_regular_expression_is_for_the_whole_text) {
    EXPECT_TRUE(fits(R"({"packet": "SPM", "message": {"regex": "h[ae]llo"}})", make_spm("x", "hallo")));
    EXPECT_FALSE(fits(R"({"packet": "SPM", "message": {"regex": "h[ae]llo"}})", make_spm("x", "hallo!")));
}

TEST(Matching, any_and_a_field_that_is_not_mentioned_take_everything) {
    EXPECT_TRUE(fits(R"({"packet": "SPM", "pseudo": {"any": true}})", make_spm("x", "")));
    EXPECT_TRUE(fits(R"({"packet": "ERROR", "code": {"any": true}})", make_error(error_code::refused)));
}

TEST(Matching, codes_are_one_of_some_or_none_of_some) {
    EXPECT_TRUE(fits(R"({"packet": "ERROR", "code": 4})", make_error(error_code::unreachable)));
    EXPECT_FALSE(fits(R"({"packet": "ERROR", "code": 4})", make_error(error_code::ok)));
    EXPECT_TRUE(fits(R"({"packet": "ERROR", "code": {"in": [4, 5]}})", make_error(error_code::refused)));
    EXPECT_FALSE(fits(R"({"packet": "ERROR", "code": {"in": [4, 5]}})", make_error(error_code::ok)));
    EXPECT_TRUE(fits(R"({"packet": "ERROR", "code": {"not": 0}})", make_error(error_code::refused)));
    EXPECT_FALSE(fits(R"({"packet": "ERROR", "code": {"not": 0}})", make_error(error_code::ok)));
}

TEST(Matching, only_a_packet_that_fits_is_remembered) {
    const auto pattern =
        std::get<packet_pattern>(pattern_of(R"({"packet": "SPM", "pseudo": {"bind": "who"}, "message": "yes"})"));
    bindings bound;
    EXPECT_FALSE(matches(pattern, event_of(make_spm("eve", "no")), pseudonyms{"t"}, bound));
    EXPECT_TRUE(bound.empty());
    EXPECT_TRUE(matches(pattern, event_of(make_spm("eve", "yes")), pseudonyms{"t"}, bound));
    EXPECT_EQ(bound, (bindings{{"who", "eve"}}));
}

TEST(Matching, the_same_is_what_was_remembered_and_nothing_before_that) {
    const char* expect = R"({"packet": "SPM", "message": {"same": "kept"}})";
    EXPECT_FALSE(fits(expect, make_spm("x", "text")));
    EXPECT_TRUE(fits(expect, make_spm("x", "text"), {{"kept", "text"}}));
    EXPECT_FALSE(fits(expect, make_spm("x", "other"), {{"kept", "text"}}));
}

TEST(Matching, an_end_or_malformed_bytes_are_no_packet) {
    const auto pattern = std::get<packet_pattern>(pattern_of(R"({"packet": "ERROR"})"));
    bindings bound;
    for (const auto kind : {received_event::kind::fin, received_event::kind::reset, received_event::kind::malformed}) {
        received_event event;
        event.type = kind;
        EXPECT_FALSE(matches(pattern, event, pseudonyms{"t"}, bound));
    }
}

TEST(Matching, patterns_are_described_in_words_that_no_terminal_obeys) {
    EXPECT_EQ(words(R"({"packet": "SPM", "pseudo": "{bob}", "message": "a\u001b[2J"})"),
              R"(SPM pseudo="bob-t" message="a\x1b[2J")");
    EXPECT_EQ(words(R"({"packet": "SPM", "pseudo": {"bind": "who"}, "message": {"regex": "h+"}})"),
              R"(SPM pseudo=any, kept as who message=matching "h+")");
    EXPECT_EQ(words(R"({"packet": "SPM", "message": {"same": "kept"}})"), "SPM pseudo=any message=the same as kept");
    EXPECT_EQ(words(R"({"packet": "ERROR", "code": {"in": [4, 5]}})"), "ERROR 4 UNREACHABLE or 5 REFUSED");
    EXPECT_EQ(words(R"({"packet": "ERROR", "code": {"not": 0}})"), "ERROR with a code other than 0 OK");
    EXPECT_EQ(words(R"({"packet": "ERROR"})"), "ERROR with any code");
    EXPECT_EQ(words(R"({"closed": "fin"})"), "the connection closed by FIN");
    EXPECT_EQ(words(R"({"closed": "any"})"), "the connection closed");
    EXPECT_EQ(words(R"({"silence_ms": 20})"), "nothing for 20 ms");
    EXPECT_EQ(words(R"({"unordered": [{"packet": "PC", "pseudo": "a"}, {"packet": "ERROR", "code": 0}]})"),
              R"(in any order: PC pseudo="a"; ERROR 0 OK)");
}

TEST(Events, are_described_in_words_and_hex_and_cut) {
    const std::string message(100, 'm');
    received_event event = event_of(make_spm("a\x07", message));
    EXPECT_EQ(describe(event), "SPM pseudo=\"a\\x07\" message=\"" + std::string(60, 'm') + "\"... (100 bytes)");
    EXPECT_EQ(quoted_excerpt("\u2764\ufe0f a\u200db"), "\"\u2764\ufe0f a\\u{200d}b\"");
    EXPECT_EQ(quoted_excerpt(std::string(59, 'x') + "\u00e9" + "y"), '"' + std::string(59, 'x') + "\"... (62 bytes)")
        << "no character is cut in two";
    const std::vector<std::byte> bytes(4, std::byte{0xAB});
    EXPECT_EQ(hex_excerpt(bytes, 4), "ab ab ab ab");
    EXPECT_EQ(hex_excerpt(bytes, 3), "ab ab ab ... (4 bytes)");
}

}  // namespace
}  // namespace chatos::conformance
