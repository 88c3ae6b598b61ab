// What comparisons print.
#include "agreement.hpp"
#include "sampled.hpp"

#include <chatos/layout.hpp>

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdio>

namespace chatos::testing {

void expect_agreement(const agreement& seen, std::uint64_t cases_min, const char* space) {
    std::printf("[    cases ] %" PRIu64 ": %s\n", seen.cases(), space);
    EXPECT_EQ(seen.disagreement(), "");
    // A sample is a good deal smaller, and how much depends on the kernels that the CPU has; it must not be nothing.
    EXPECT_GE(seen.cases(), is_sampled ? cases_min / 10 : cases_min);
}

std::string in_words(const decode_result& result) {
    switch (result.status) {
    case decode_status::complete:
        return "complete, opcode " + std::to_string(static_cast<unsigned>(result.packet.op)) + ", code " +
               std::to_string(static_cast<unsigned>(result.packet.code)) + ", pseudo of " +
               std::to_string(result.packet.pseudo.size()) + ", message of " +
               std::to_string(result.packet.message.size()) + ", consumed " + std::to_string(result.consumed);
    case decode_status::incomplete: return "incomplete, need " + std::to_string(result.need);
    case decode_status::malformed:
        return "malformed, " + std::string{violation_name(result.error.what)} + " in " +
               std::string{field_name(result.error.where)} + " at " + std::to_string(result.error.offset);
    }
    return "nothing";
}

std::string in_words(const naive::reading& reading) {
    switch (reading.what) {
    case naive::outcome::whole:
        return "whole, opcode " + std::to_string(reading.opcode) + ", code " + std::to_string(reading.error_code) +
               ", pseudo of " + std::to_string(reading.pseudo.size) + ", message of " +
               std::to_string(reading.message.size) + ", bytes " + std::to_string(reading.bytes);
    case naive::outcome::unfinished: return "unfinished, missing " + std::to_string(reading.missing);
    case naive::outcome::wrong:
        return "wrong, fault " + std::to_string(static_cast<int>(reading.why)) + " in place " +
               std::to_string(static_cast<int>(reading.where)) + " at " + std::to_string(reading.offset);
    }
    return "nothing";
}

std::string in_hex(byte_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte >> 4U)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{0xF})];
    }
    return text;
}

}  // namespace chatos::testing
