#include "dump/anonymize/address_cipher.hpp"
#include "dump/anonymize/text_cipher.hpp"

#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

#include <set>

namespace chatos::dump {
namespace {

constexpr keyed_hash::key secret{1, 2, 3};

TEST(text_symbols, give_back_every_text) {
    for (const likeness how : {likeness::kind, likeness::common, likeness::letters, likeness::ascii}) {
        for (const std::string_view text :
             {std::string_view{"Hello, World! 42  "}, std::string_view{"\0\x1b\x7f\n", 4},
              std::string_view{"\u65e5\u672c\uac00\ud7a3\u00e9\u0416\u0e01\u30ab\u3042\u0301\U0001f600\U00020000"},
              std::string_view{"\x80\xbf\xc0\xe0\x80\xed\xa0\x80\xf4\x90\xff\xe2\x82"}}) {
            EXPECT_EQ(text_of(symbols_of(text, how)), text);
        }
    }
    std::string all;
    for (char32_t point = 0x80; point < 0x11'0000; point += point < 0x3000 ? 7 : 1'999) {
        std::string text;
        if (point < 0xD800 || point > 0xDFFF) {
            const auto tail = [&text](char32_t bits) { text += static_cast<char>(0x80U | (bits & 0x3FU)); };
            if (point < 0x800) {
                text += static_cast<char>(0xC0U | (point >> 6U));
            } else if (point < 0x1'0000) {
                text += static_cast<char>(0xE0U | (point >> 12U));
                tail(point >> 6U);
            } else {
                text += static_cast<char>(0xF0U | (point >> 18U));
                tail(point >> 12U);
                tail(point >> 6U);
            }
            tail(point);
            ASSERT_EQ(text_of(symbols_of(text, likeness::kind)), text) << std::hex << static_cast<std::uint32_t>(point);
        }
    }
}

TEST(text_cipher, keeps_length_kinds_and_validity) {
    text_cipher texts{secret};
    for (const std::string_view text :
         {std::string_view{"Alice"}, std::string_view{"bob 42!"}, std::string_view{"\u65e5\u672c\u8a9e"},
          std::string_view{"\u041f\u0440\u0438\u0432\u0435\u0442"}, std::string_view{"a\x80z\xed\xa0\x80"},
          std::string_view{"\x1b[2J"}}) {
        const std::string other = texts.replace(text);
        EXPECT_EQ(other.size(), text.size());
        EXPECT_EQ(find_ill_formed_utf8(other), find_ill_formed_utf8(text)) << other;
        EXPECT_NE(other, text);
    }
    const std::string name = texts.replace("Alice");
    EXPECT_TRUE(name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'a' && name[1] <= 'z') << name;
    const std::string control = texts.replace("\x1b");
    EXPECT_TRUE(control[0] < ' ' || control[0] == '\x7f');
}

TEST(text_cipher, equal_texts_stay_equal_and_others_stay_apart) {
    text_cipher texts{secret};
    std::set<std::string> names;
    for (char first = 'a'; first <= 'z'; ++first) {
        for (char second = 'a'; second <= 'z'; ++second) {
            const std::string text{first, second};
            EXPECT_EQ(texts.replace(text), texts.replace(text));
            names.insert(texts.replace(text));
        }
    }
    EXPECT_EQ(names.size(), 26U * 26U);
    names.clear();
    for (int byte = 0; byte < 256; ++byte) {
        names.insert(texts.replace(std::string(1, static_cast<char>(byte))));
    }
    EXPECT_EQ(names.size(), 256U);
    EXPECT_NE(text_cipher{keyed_hash::key{9}}.replace("alice"), texts.replace("alice")) << "another key";
}

TEST(text_cipher, case_and_blanks_at_the_end_are_kept_apart_in_the_same_way) {
    text_cipher texts{secret};
    const std::string small = texts.replace("bob");
    std::string large = texts.replace("BOB");
    EXPECT_NE(small, large);
    for (char& letter : large) {
        letter = static_cast<char>(letter - 'A' + 'a');
    }
    EXPECT_EQ(small, large);
    EXPECT_EQ(texts.replace("bob "), small + ' ');
}

TEST(text_cipher, gives_nothing_of_the_texts_to_avoid) {
    text_cipher texts{secret};
    std::vector<std::string> originals{"0000", "aaaa", "    ", "the quick brown fox jumps over the lazy dog",
                                       std::string(4, '\0')};
    for (int number = 0; number < 10'000; ++number) {
        originals.push_back(std::to_string(10'000 + number).substr(1));
    }
    std::set<std::string> windows;
    for (const std::string& text : originals) {
        texts.avoid(text);
        for (std::size_t at = 0; at + 4 <= text.size(); ++at) {
            windows.insert(text.substr(at, 4));
        }
    }
    for (const std::string& text : originals) {
        const std::string other = texts.replace(text);
        for (std::size_t at = 0; at + 4 <= other.size(); ++at) {
            EXPECT_FALSE(windows.contains(other.substr(at, 4))) << text << ": " << other;
        }
    }
}

TEST(address_cipher, keeps_loopback_and_equality) {
    address_cipher addresses{secret};
    const ip_address loopback{{127, 0, 0, 1}};
    EXPECT_EQ(addresses.replace(loopback, 4), loopback);
    std::set<ip_address> replaced;
    for (std::uint8_t host = 0; host < 255; ++host) {
        const ip_address address{{10, 0, 0, host}};
        EXPECT_EQ(addresses.replace(address, 4), addresses.replace(address, 4));
        const ip_address other = addresses.replace(address, 4);
        EXPECT_TRUE(other.bytes[0] != 0 && other.bytes[0] != 127 && other.bytes[0] < 224);
        replaced.insert(other);
    }
    EXPECT_EQ(replaced.size(), 255U);
    ip_address local{};
    local.bytes[15] = 1;
    EXPECT_EQ(addresses.replace(local, 6), local);
    EXPECT_EQ(addresses.replace(ip_address{{0x20, 0x01, 0x0D, 0xB8}}, 6).bytes[0], 0xFD);
}

}  // namespace
}  // namespace chatos::dump
