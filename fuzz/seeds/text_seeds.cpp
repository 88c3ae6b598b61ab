#include "properties/encode_properties.hpp"
#include "seeds/seed_sets.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;

struct sample {
    std::string_view name;
    std::string_view text;
};

constexpr std::array sequences{
    sample{"ascii", "a"sv},
    sample{"first_of_2", "\xC2\x80"sv},
    sample{"last_of_2", "\xDF\xBF"sv},
    sample{"first_of_3", "\xE0\xA0\x80"sv},
    sample{"before_surrogates", "\xED\x9F\xBF"sv},
    sample{"behind_surrogates", "\xEE\x80\x80"sv},
    sample{"last_of_3", "\xEF\xBF\xBF"sv},
    sample{"first_of_4", "\xF0\x90\x80\x80"sv},
    sample{"inside_of_4", "\xF1\x80\xBF\x80"sv},
    sample{"last_of_4", "\xF4\x8F\xBF\xBF"sv},
    sample{"continuation", "\x80"sv},
    sample{"overlong_2", "\xC1\xBF"sv},
    sample{"overlong_3", "\xE0\x9F\xBF"sv},
    sample{"overlong_4", "\xF0\x8F\xBF\xBF"sv},
    sample{"surrogate", "\xED\xA0\x80"sv},
    sample{"above_last", "\xF4\x90\x80\x80"sv},
    sample{"no_lead", "\xF5\x80\x80\x80"sv},
    sample{"cut_1_of_2", "\xC3"sv},
    sample{"cut_2_of_3", "\xE2\x82"sv},
    sample{"cut_3_of_4", "\xF0\x9F\x90"sv},
    sample{"second_not_continuation_of_2", "\xC3z"sv},
    sample{"third_not_continuation_of_3", "\xE2\x82z"sv},
    sample{"fourth_not_continuation_of_4", "\xF0\x9F\x90z"sv},
    sample{"ff", "\xFF"sv},
};

constexpr std::array shown{
    sample{"controls", "\x01\x1B[2J\x7F\0"sv},
    sample{"escapes", "\n\r\t\\\""sv},
    sample{"c1_and_marks", "\u0085\u00ad\u061c\u200b\u202e\u2066\ufeff"sv},
    sample{"tags", "\U000e0041"sv},
    sample{"flag_of_england", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"sv},
    sample{"emoji_of_four", "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f468 1\ufe0f\u20e3"sv},
    sample{"joined_letters", "\u0645\u200c\u062e\u0915\u094d\u200d\u0937a\u200cb\u845b\U000e0100"sv},
    sample{"marks", "z\u0336\u0336\u0336\u0336\u0336\u0336\u0336\u0336"sv},
    sample{"plain_letters_of_every_length", "z\u00e9\u20ac\U0001f419"sv},
    sample{"mixed_with_bytes", "a\xFF\u202e\xE2\x82z"sv},
};

std::vector<std::byte> as_input(std::initializer_list<std::uint8_t> front, std::string_view text) {
    std::vector<std::byte> input;
    for (const std::uint8_t byte : front) {
        input.push_back(std::byte{byte});
    }
    for (const char letter : text) {
        input.push_back(static_cast<std::byte>(letter));
    }
    return input;
}

/// Buffers with so many bytes to spare, as they are in the first byte.
constexpr std::uint8_t spare(int bytes) {
    return static_cast<std::uint8_t>((bytes + 4) * static_cast<int>(limits_choices.size()));
}

}  // namespace

std::vector<seed> make_utf8_seeds() {
    std::vector<seed> seeds;
    for (const sample& tested : sequences) {
        const std::string name{tested.name};
        seeds.push_back({name, as_input({0}, tested.text)});
        // Across the ends of blocks of 32 and 64 bytes.
        seeds.push_back({name + "_behind_30", as_input({5}, std::string(30, 'x').append(tested.text))});
        seeds.push_back({name + "_in_the_middle",
                         as_input({0}, std::string(61, 'x').append(tested.text).append(std::string(40, 'y')))});
    }
    for (const sample& tested : shown) {
        seeds.push_back({std::string{"shown_"}.append(tested.name), as_input({0}, tested.text)});
    }
    seeds.push_back({"long_mixed", as_input({3}, [] {
                         std::string text;
                         while (text.size() < 200) {
                             text += "ab\u00e9cd\u20acef\U0001f419";
                         }
                         return text;
                     }())});
    return seeds;
}

std::vector<seed> make_encode_seeds() {
    constexpr std::uint8_t tiny_limits = 3;
    std::vector<seed> seeds;
    for (std::uint8_t op = 0; op <= 7; ++op) {
        seeds.push_back({"opcode_" + std::to_string(op), as_input({spare(0), op, 0, 3}, "bobhello")});
        seeds.push_back({"opcode_" + std::to_string(op) + "_no_room", as_input({spare(-1), op, 0, 3}, "bobhello")});
    }
    for (std::uint8_t code = 0; code <= 7; ++code) {
        seeds.push_back({"code_" + std::to_string(code), as_input({spare(1), 6, code, 0}, "")});
    }
    seeds.push_back({"empty_pseudo", as_input({spare(2), 1, 0, 0}, "")});
    seeds.push_back({"empty_message", as_input({spare(2), 3, 0, 3}, "bob")});
    seeds.push_back({"pseudo_at_limit", as_input({spare(0) + tiny_limits, 3, 0, 3}, "bobhello")});
    seeds.push_back({"pseudo_over_limit", as_input({spare(0) + tiny_limits, 3, 0, 4}, "bobbhello")});
    seeds.push_back({"message_over_limit", as_input({spare(0) + tiny_limits, 4, 0, 0}, "helloo")});
    seeds.push_back({"pseudo_not_utf8", as_input({spare(0), 5, 0, 3}, "b\xFFz")});
    seeds.push_back({"message_not_utf8", as_input({spare(0), 3, 0, 3}, "bob\xE2\x82")});
    for (std::uint8_t value = 0; value <= 8; ++value) {  // names of every enumerator, and of what is none
        seeds.push_back({"name_" + std::to_string(value), as_input({spare(0), 4, value, 0, value}, "")});
    }
    return seeds;
}

}  // namespace chatos::fuzz
