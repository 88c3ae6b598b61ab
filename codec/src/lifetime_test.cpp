// What the deleted overloads for temporaries leave alone. What they catch is in codec/misuse.
#include <chatos/decode_batch.hpp>
#include <chatos/packet.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace chatos {
namespace {

using bytes_view = std::span<const std::byte>;
using std::string_view;

static_assert(owning_temporary<std::string, string_view>);
static_assert(owning_temporary<const std::string, string_view>);
static_assert(owning_temporary<std::vector<std::byte>, bytes_view>);
static_assert(owning_temporary<std::array<std::byte, 4>, bytes_view>);

static_assert(!owning_temporary<std::string&, string_view>);
static_assert(!owning_temporary<const std::string&, string_view>);
static_assert(!owning_temporary<const char (&)[4], string_view>, "a literal lives forever");
static_assert(!owning_temporary<const char*, string_view>);
static_assert(!owning_temporary<char*, string_view>);
static_assert(!owning_temporary<string_view, string_view>);
static_assert(!owning_temporary<std::vector<std::byte>&, bytes_view>);
static_assert(!owning_temporary<bytes_view, bytes_view>);
static_assert(!owning_temporary<std::span<std::byte>, bytes_view>);
static_assert(!owning_temporary<std::span<std::byte, 4>, bytes_view>);
static_assert(!owning_temporary<int, bytes_view>, "a mistake of another kind keeps its own message");

TEST(Lifetime, everything_that_outlives_the_call_is_taken) {
    std::vector<std::byte> received{std::byte{6}, std::byte{0}};
    const std::array<std::byte, 2> fixed{std::byte{6}, std::byte{0}};
    std::byte plain[] = {std::byte{6}, std::byte{0}};
    EXPECT_EQ(decode(received).consumed, 2U);
    EXPECT_EQ(decode(fixed).consumed, 2U);
    EXPECT_EQ(decode(plain).consumed, 2U);
    EXPECT_EQ(decode(std::span{received}).consumed, 2U);
    EXPECT_EQ(decode({received.data(), received.size()}).consumed, 2U);
    EXPECT_EQ(decode({}).need, 1U);
    std::array<packet_view, 2> packets;
    EXPECT_EQ(decode_batch(std::as_bytes(std::span{received}), packets).count, 1U);
}

TEST(Lifetime, texts_that_outlive_the_packet_are_taken) {
    const std::string name = "bob";
    const packet_view expected{.op = opcode::spm, .pseudo = "bob", .message = "hi"};
    EXPECT_EQ(make_spm(name, "hi"), expected);
    EXPECT_EQ(make_spm(name.c_str(), string_view{"hi"}), expected);
    EXPECT_EQ(make_spm({name.data(), name.size()}, {"hi there", 2}), expected);
    constexpr packet_view at_compile_time = make_cr("bob");
    EXPECT_EQ(at_compile_time, make_cr(name));
}

}  // namespace
}  // namespace chatos
