#include "dump/filter/filter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace chatos::dump {
namespace {

using namespace std::string_literals;

std::string canonical(std::string_view text) {
    const auto parsed = filter::parse(text);
    const filter* const accepted = std::get_if<filter>(&parsed);
    return accepted != nullptr ? accepted->text() : "refused: " + std::get<filter_problem>(parsed).expected;
}

TEST(filter_parser, has_one_canonical_spelling_that_parses_to_the_same_filter) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"(packet==SPM && pseudo=="bob" && message~"h[ae]llo")",
         R"(packet == SPM && pseudo == "bob" && message ~ "h[ae]llo")"},
        {"packet == spm or not event and code", "packet == SPM || !event && code"},
        {"((code))", "code"},
        {"!(code && event)", "!(code && event)"},
        {"!(code || event)", "!(code || event)"},
        {"(code || event) && frame", "(code || event) && frame"},
        {"code || event && frame", "code || event && frame"},
        {"code && (event && frame)", "code && (event && frame)"},
        {"(code && event) && frame", "code && event && frame"},
        {"code || (event || frame)", "code || (event || frame)"},
        {"!!code", "!!code"},
        {"code==REFUSED || code==0x4 || code!=ok", "code == 5 || code == 4 || code != 0"},
        {"stream>=18446744073709551615", "stream >= 18446744073709551615"},
        {"dir==S2C && type!=event", "dir == s2c && type != event"},
        {"src==10.0.0.1 && dst==10.0.0.1:40000", "src == 10.0.0.1 && dst == 10.0.0.1:40000"},
        {"src==:7777 && dst==::1 && src!=[2001:DB8::0:1]:80",
         "src == :7777 && dst == [::1] && src != [2001:db8::1]:80"},
        {R"(src~"^10\.0\." && dst contains ":40")", R"(src ~ "^10\.0\." && dst contains ":40")"},
        {R"(pseudo=="b\x6fb\u{20ac}\n\"\\")", R"(pseudo == "bob€\n\"\\")"},
        {"pseudo == \"\x1b\xff\xe2\x80\xae\"", R"(pseudo == "\x1b\xff\u{202e}")"},
        {R"(message~"a\"b\\d")", R"(message ~ "a\"b\\d")"},
        {"time>=2023-11-14T22:13:20.003Z", "time >= 1700000000.003"},
        {"time<2023-11-14 && time!=\"1970-01-01\"", "time < 1699920000 && time != 0"},
        {"time>-1.25 && time>-7", "time > -1.25 && time > -7"},
        {" \t\n code \r", "code"},
    };
    for (const auto& [text, wanted] : cases) {
        EXPECT_EQ(canonical(text), wanted) << text;
        EXPECT_TRUE(filter::parse(text) == filter::parse(wanted)) << text;
    }
}

struct refused {
    std::string text;
    std::size_t position;
    std::size_t size;
    std::string expected;
};

TEST(filter_parser, says_where_a_text_is_no_filter_and_what_would_be_right) {
    const std::vector<refused> cases{
        {"", 0, 1, "a field (type, packet, event, "},
        {"   ", 3, 1, "'!' or '('"},
        {"packt==SPM", 0, 5, "a field (type, packet"},
        {"packet==SPN", 8, 3, "CR, RPM, SPM, SMA, PC or ERROR"},
        {"packet==", 8, 1, "CR, RPM"},
        {"packet==\"SPN\"", 8, 5, "CR, RPM"},
        {"packet<SPM", 6, 1, "an operator that packet has: == or !="},
        {"packet=SPM", 6, 1, "an operator (== or !=), '&&', '||' or the end"},
        {"packet SPM", 7, 3, "an operator (== or !=)"},
        {"pseudo==bob", 8, 3, "a text in quotes, such as \"bob\""},
        {"pseudo==\"bob", 8, 4, "a closing quote"},
        {"pseudo==\"b\\ob\"", 10, 2, "an escape: "},
        {"pseudo==\"\\u{d800}\"", 9, 2, "an escape: "},
        {"pseudo==\"\\x1\"", 9, 2, "an escape: "},
        {"message~hello", 8, 5, "a regular expression in quotes"},
        {"message~\"h[ae\"", 10, 3, "a regular expression of RE2: missing ]: [ae"},
        {"message~\"(?P<\"", 9, 3, "a regular expression of RE2: "},
        {"message~\"a{1000}{1000}\"", 10, 12, "a regular expression of RE2: bad repetition"},
        {"message~\"(\\pL{300}){3}\"", 8, 15, "pattern too large"},
        {"code==256", 6, 3, "a code: 0 to 255, OK"},
        {"code==FINE", 6, 4, "a code: 0 to 255, OK"},
        {"stream==18446744073709551616", 8, 20, "a number from 0 to 18446744073709551615"},
        {"frame==-1", 7, 2, "a number"},
        {"src==10.0.0", 5, 6, "an address, a port or both"},
        {"src==10.0.0.1:", 5, 9, "an address"},
        {"src==10.0.0.1:65536", 5, 14, "an address"},
        {"src==[::1", 5, 4, "an address"},
        {"src<10.0.0.1", 3, 1, "an operator that src has: ==, !=, ~ or contains"},
        {"time==noon", 6, 4, "seconds since 1970 or a time in UTC"},
        {"time==2023-02-29", 6, 10, "seconds since 1970"},
        {"time==1.0000000001", 6, 12, "seconds since 1970"},
        {"code &&", 7, 1, "a field ("},
        {"code && && code", 8, 2, "a field ("},
        {"(code", 5, 1, "'&&', '||' or ')'"},
        {"code)", 4, 1, "'&&', '||' or the end"},
        {"code event", 5, 5, "an operator (==, !=, <, <=, > or >=), '&&', '||' or the end"},
        {"code==1 event", 8, 5, "'&&', '||' or the end"},
        {"()", 1, 1, "a field ("},
        {"code & event", 5, 1, "an operator ("},
        {"code $", 5, 1, "an operator ("},
    };
    for (const refused& refused_filter : cases) {
        const auto parsed = filter::parse(refused_filter.text);
        const filter_problem* const problem = std::get_if<filter_problem>(&parsed);
        ASSERT_NE(problem, nullptr) << refused_filter.text;
        EXPECT_EQ(problem->position, refused_filter.position) << refused_filter.text << ": " << problem->expected;
        EXPECT_EQ(problem->size, refused_filter.size) << refused_filter.text;
        EXPECT_NE(problem->expected.find(refused_filter.expected), std::string::npos)
            << refused_filter.text << ": " << problem->expected;
    }
}

TEST(filter_parser, bounds_size_nesting_and_expressions) {
    const auto is_filter = [](const std::string& text) { return std::holds_alternative<filter>(filter::parse(text)); };
    const auto repeated = [](std::string_view part, std::size_t times) {
        std::string text;
        for (; times != 0; --times) {
            text += part;
        }
        return text;
    };
    EXPECT_TRUE(is_filter(repeated("!", filter::nesting_max) + "code"));
    EXPECT_FALSE(is_filter(repeated("!", filter::nesting_max + 1) + "code"));
    EXPECT_TRUE(is_filter(repeated("(", filter::nesting_max) + "code" + repeated(")", filter::nesting_max)));
    EXPECT_FALSE(is_filter(repeated("(", filter::nesting_max + 1) + "code" + repeated(")", filter::nesting_max + 1)));
    EXPECT_TRUE(is_filter("(code)" + repeated("&&(code)", filter::nesting_max + 1)));
    EXPECT_TRUE(is_filter("code" + std::string(filter::text_bytes_max - 4, ' ')));
    EXPECT_FALSE(is_filter("code" + std::string(filter::text_bytes_max - 3, ' ')));
    const std::string pattern = "pseudo~\"a\"";
    EXPECT_TRUE(is_filter(pattern + repeated("||" + pattern, filter::patterns_max - 1)));
    EXPECT_FALSE(is_filter(pattern + repeated("||" + pattern, filter::patterns_max)));
    // The longest chain that there can be is evaluated without trouble.
    const auto longest = filter::parse("code" + repeated("||code", filter::text_bytes_max / 6 - 1));
    ASSERT_TRUE(std::holds_alternative<filter>(longest));
    EXPECT_FALSE(std::get<filter>(longest).accepts({}));
}

}  // namespace
}  // namespace chatos::dump
