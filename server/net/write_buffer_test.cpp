// Pieces of any sizes become runs of bytes, in order.
#include "net/write_buffer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::net {
namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> collect(write_buffer& tested, const std::vector<std::string>& texts) {
    for (std::size_t index = 0; index < texts.size(); ++index) {
        tested.pieces()[index] = std::as_bytes(std::span{texts[index]});
    }
    return tested.collect(texts.size());
}

TEST(WriteBuffer, short_pieces_go_together) {
    write_buffer tested;
    EXPECT_EQ(text_of(collect(tested, {"one ", "two ", "", "three"})), "one two three");
}

TEST(WriteBuffer, runs_stay_where_they_are_until_it_is_cleared) {
    write_buffer tested;
    const auto first = collect(tested, {"first", " run"});
    const auto second = collect(tested, {"second"});
    EXPECT_EQ(text_of(first), "first run");
    EXPECT_EQ(text_of(second), "second");
    tested.clear();
    EXPECT_EQ(collect(tested, {"third"}).data(), first.data());
}

TEST(WriteBuffer, what_does_not_fit_into_one_run_is_left_for_the_next) {
    write_buffer tested;
    const std::string first(40'000, 'a');
    const std::string second(40'000, 'b');
    EXPECT_EQ(text_of(collect(tested, {first, second})), first);
    EXPECT_EQ(text_of(collect(tested, {"x", first, second})), "x" + first);
}

TEST(WriteBuffer, a_piece_larger_than_a_run_goes_alone_and_is_not_copied) {
    write_buffer tested;
    const std::vector<std::string> texts{std::string(100'000, 'l'), "behind"};
    const auto run = collect(tested, texts);
    EXPECT_EQ(run.size(), texts[0].size());
    EXPECT_EQ(reinterpret_cast<const char*>(run.data()), texts[0].data());
}

TEST(WriteBuffer, has_room_until_a_run_of_any_size_may_not_fit_any_more) {
    write_buffer tested;
    const std::string large(write_buffer::run_bytes_max, 'l');
    int runs = 0;
    for (; tested.has_room(); ++runs) {
        EXPECT_EQ(collect(tested, {large}).size(), large.size());
    }
    EXPECT_EQ(runs, 8);
    tested.clear();
    EXPECT_TRUE(tested.has_room());
}

}  // namespace
}  // namespace chatos::net
