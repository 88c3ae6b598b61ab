// The C interface's numbers are the codec's, and C and C++ see the same structs.
#include "layout_of_c.h"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/limits.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <type_traits>
#include <vector>

namespace {

template <typename Enumeration>
constexpr int number(Enumeration value) noexcept {
    return static_cast<int>(value);
}

static_assert(CHATOS_CR == number(chatos::opcode::cr) && CHATOS_RPM == number(chatos::opcode::rpm) &&
              CHATOS_SPM == number(chatos::opcode::spm) && CHATOS_SMA == number(chatos::opcode::sma) &&
              CHATOS_PC == number(chatos::opcode::pc) && CHATOS_ERROR == number(chatos::opcode::error));
static_assert(CHATOS_CODE_OK == number(chatos::error_code::ok) &&
              CHATOS_CODE_PSEUDO_TAKEN == number(chatos::error_code::pseudo_taken) &&
              CHATOS_CODE_OUT_OF_CAPACITY == number(chatos::error_code::out_of_capacity) &&
              CHATOS_CODE_UNREACHABLE == number(chatos::error_code::unreachable) &&
              CHATOS_CODE_REFUSED == number(chatos::error_code::refused));
static_assert(CHATOS_VIOLATION_NONE == number(chatos::violation::none) &&
              CHATOS_UNKNOWN_OPCODE == number(chatos::violation::unknown_opcode) &&
              CHATOS_NEGATIVE_SIZE == number(chatos::violation::negative_size) &&
              CHATOS_SIZE_OVER_LIMIT == number(chatos::violation::size_over_limit) &&
              CHATOS_EMPTY_PSEUDO == number(chatos::violation::empty_pseudo) &&
              CHATOS_ILL_FORMED_UTF8 == number(chatos::violation::ill_formed_utf8) &&
              CHATOS_UNASSIGNED_ERROR_CODE == number(chatos::violation::unassigned_error_code));
static_assert(CHATOS_FIELD_OPCODE == number(chatos::field::opcode) &&
              CHATOS_FIELD_PSEUDO_SIZE == number(chatos::field::pseudo_size) &&
              CHATOS_FIELD_PSEUDO == number(chatos::field::pseudo) &&
              CHATOS_FIELD_MESSAGE_SIZE == number(chatos::field::message_size) &&
              CHATOS_FIELD_MESSAGE == number(chatos::field::message) &&
              CHATOS_FIELD_ERROR_CODE == number(chatos::field::error_code));
static_assert(CHATOS_COMPLETE == number(chatos::decode_status::complete) &&
              CHATOS_INCOMPLETE == number(chatos::decode_status::incomplete) &&
              CHATOS_MALFORMED == number(chatos::decode_status::malformed));
static_assert(CHATOS_WRITTEN == number(chatos::encode_status::ok) &&
              CHATOS_BUFFER_TOO_SMALL == number(chatos::encode_status::buffer_too_small) &&
              CHATOS_REFUSED == number(chatos::encode_status::refused));
static_assert(sizeof(chatos_limits) == sizeof(chatos::limits));
static_assert(std::is_standard_layout_v<chatos_decoded> && std::is_trivially_copyable_v<chatos_decoded> &&
              std::is_standard_layout_v<chatos_encoded> && std::is_trivially_copyable_v<chatos_encoded>);

TEST(CInterface, structs_are_laid_out_alike_in_c_and_cpp) {
    std::FILE* said_by_c = ::popen(CHATOS_LAYOUT_OF_C, "r");
    ASSERT_NE(said_by_c, nullptr);
    std::vector<std::size_t> in_c;
    for (std::size_t value = 0; std::fscanf(said_by_c, "%zu", &value) == 1;) {
        in_c.push_back(value);
    }
    EXPECT_EQ(::pclose(said_by_c), 0);
    EXPECT_EQ(in_c, (std::vector<std::size_t>{CHATOS_TEST_LAYOUT}));
}

}  // namespace
