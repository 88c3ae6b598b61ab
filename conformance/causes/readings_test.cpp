#include "causes/readings.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::conformance {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

/// What a server seems to speak that answers OK to a CR for which `takes` is true, and refuses others.
template <typename Takes>
std::string reading_of(Takes takes, const std::string& ok = std::string{"\6\0", 2}) {
    const auto reading = find_reading(
        [&](std::span<const std::byte> bytes) {
            return bytes_of(takes(text_of(bytes)) ? ok : std::string{"\6\5", 2});
        },
        "x");
    return reading ? std::string{reading->rule} + ' ' + std::string{reading->text} : "";
}

bool has_size(const std::string& packet, std::size_t at, const std::string& size) {
    return packet.size() > at + size.size() && packet.compare(at, size.size(), size) == 0;
}

TEST(FindReading, is_nothing_for_a_server_that_takes_a_correct_CR_or_takes_nothing) {
    EXPECT_EQ(reading_of([](const std::string&) { return true; }), "");
    EXPECT_EQ(reading_of([](const std::string&) { return false; }), "");
}

TEST(FindReading, tells_sizes_with_the_lowest_byte_first) {
    EXPECT_EQ(reading_of([](const std::string& packet) {
                  return has_size(packet, 1, {"\3\0", 2});
              }),
              "WIRE-6 the server seems to read sizes little-endian, lowest byte first");
}

TEST(FindReading, tells_sizes_of_another_width) {
    EXPECT_EQ(reading_of([](const std::string& packet) {
                  return has_size(packet, 1, {"\0\0\0\3", 4});
              }),
              "WIRE-2 the server seems to read a pseudo's size in 4 bytes");
    EXPECT_EQ(reading_of([](const std::string& packet) { return has_size(packet, 1, "\3x"); }),
              "WIRE-2 the server seems to read a pseudo's size in 1 byte");
}

TEST(FindReading, tells_opcodes_that_begin_at_0_by_the_answer_as_well) {
    EXPECT_EQ(reading_of(
                  [](const std::string& packet) {
                      return has_size(packet, 0, {"\0\0\3x", 4});
                  },
                  {"\5\0", 2}),
              "WIRE-1 the server seems to count opcodes from 0");
}

TEST(FindReading, tells_texts_without_a_size) {
    EXPECT_EQ(reading_of([](const std::string& packet) { return packet[1] == 'x' && packet.back() == '\0'; }),
              "WIRE-2 the server seems to read a pseudo up to a NUL, without a size");
}

}  // namespace
}  // namespace chatos::conformance
