#include "dump/filter/filter.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/packet.hpp>

#include <array>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

using dump::filter_field;

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> texts{{
    {"readme", R"(packet==SPM && pseudo=="bob" && message~"h[ae]llo")"},
    {"words", "packet!=cr||type==event&&event!=GAP or dir==s2c"},
    {"numbers", "stream<0x10&&frame<=18446744073709551615&&offset>0&&length>=9&&bytes==0&&bytes!=7"},
    {"codes", "code==OK||code==UNREACHABLE||code!=5||code>=255"},
    {"texts", R"(pseudo<"b" || pseudo>="bob" || message contains "ell" || message=="")"},
    {"escapes", R"(pseudo=="\"\\\n\r\t\x1b\u{202e}\u{1f419}")"},
    {"pattern_with_quote", R"(message~"\"\\d+|^(?i)x.*$")"},
    {"ends", "src==10.0.0.1||dst==10.0.0.2:7777||src!=:40000||dst==::1||src==[2001:db8::1]:1||dst!=[::]"},
    {"end_texts", R"(src~"^10\." && dst contains ":7777")"},
    {"times", "time>=1700000000.003&&time<2023-11-15&&time!=2023-11-14T22:13:20.003Z||time==-1.25"},
    {"alone", "pseudo or message and not code"},
    {"nested", "!((code||event)&&!(stream==1&&(frame||!offset)))"},
    {"right_nested", "code||(event||(frame&&(offset&&length)))"},
    {"spaces", " \t\n( code )\r"},
    {"no_field", "packt==SPM"},
    {"no_word", "packet==SPN"},
    {"no_operator", "dir<c2s"},
    {"no_end_of_text", R"(pseudo=="bob)"},
    {"no_escape", R"(pseudo=="b\ob")"},
    {"no_pattern", R"(message~"h[ae")"},
    {"no_address", "src==10.0.0.256"},
    {"no_time", "time==2023-02-29T24:00:00"},
    {"no_parenthesis", "(code && !(event)"},
    {"control_characters", "pseudo==\"\x1b[31m\xff\" && \x1b"},
}};

seed make_seed(std::string name, std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text});
    return {std::move(name), {bytes.begin(), bytes.end()}};
}

}  // namespace

std::vector<seed> make_filter_seeds() {
    std::vector<seed> seeds;
    for (const auto& [name, text] : texts) {
        seeds.push_back(make_seed(std::string{name}, text));
    }
    seeds.push_back(make_seed("too_deep", std::string(dump::filter::nesting_max + 1, '!') + "code"));
    return seeds;
}

std::string make_filter_dictionary() {
    std::set<std::string> words{"!",
                                "(",
                                ")",
                                "&&",
                                "||",
                                " and ",
                                " or ",
                                "not ",
                                "\"bob\"",
                                "\"h[ae]llo\"",
                                "10.0.0.1",
                                ":7777",
                                "[::1]:7777",
                                "2023-11-14T22:13:20Z",
                                "1700000000.003",
                                "0x",
                                "\\x1b",
                                "\\u{202e}",
                                "18446744073709551615"};
    for (std::size_t index = 0; index < dump::filter_field_count; ++index) {
        const auto name = static_cast<filter_field>(index);
        words.emplace(dump::filter_field_name(name));
        for (std::size_t place = 0; !dump::word_of(name, {place}).empty(); ++place) {
            words.emplace(dump::word_of(name, {place}));
        }
    }
    for (auto which = dump::filter_operator::equal; which <= dump::filter_operator::contains;
         which = static_cast<dump::filter_operator>(static_cast<unsigned>(which) + 1)) {
        words.emplace(dump::filter_operator_text(which));
    }
    for (unsigned code = 0; code <= 5; ++code) {
        if (is_assigned_error_code(static_cast<std::uint8_t>(code))) {
            words.emplace(error_code_name(static_cast<error_code>(code)));
        }
    }
    return word_dictionary("Words of filters, written by fuzz_write_seeds from the tables of the dump.", words);
}

}  // namespace chatos::fuzz
