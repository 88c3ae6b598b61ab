// Pieces of any sizes arrive as one run of bytes, in order, however they were put together.
#include "net/descriptor.hpp"
#include "net/write_buffer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace chatos::net {
namespace {

struct WriteBuffer : testing::Test {
    WriteBuffer() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        near = descriptor{ends[0]};
        far = descriptor{ends[1]};
    }

    std::string arrived() const {
        std::string text(1'000'000, '\0');
        const ::ssize_t count = ::recv(far.number(), text.data(), text.size(), 0);
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }

    write_buffer::outcome send(const std::vector<std::string>& texts) {
        for (std::size_t index = 0; index < texts.size(); ++index) {
            tested.pieces()[index] = std::as_bytes(std::span{texts[index]});
        }
        return tested.send(near.number(), texts.size());
    }

    descriptor near;
    descriptor far;
    write_buffer tested;
};

TEST_F(WriteBuffer, short_pieces_go_together) {
    const auto [sent, due] = send({"one ", "two ", "", "three"});
    EXPECT_EQ(sent, 13);
    EXPECT_EQ(due, 13U);
    EXPECT_EQ(arrived(), "one two three");
}

TEST_F(WriteBuffer, what_does_not_fit_into_one_run_goes_the_next_time) {
    const std::string first(40'000, 'a');
    const std::string second(40'000, 'b');
    EXPECT_EQ(send({first, second}).due, first.size());
    EXPECT_EQ(arrived(), first);
    EXPECT_EQ(send({"x", first, second}).due, 1 + first.size());
    EXPECT_EQ(arrived(), "x" + first);
}

TEST_F(WriteBuffer, a_piece_larger_than_the_buffer_goes_alone) {
    const std::string large(100'000, 'l');
    EXPECT_EQ(send({large, "behind"}).due, large.size());
    EXPECT_EQ(arrived(), large);
}

TEST_F(WriteBuffer, says_how_much_was_due_when_the_system_takes_less) {
    const std::string piece(60'000, 'p');
    write_buffer::outcome last{};
    for (int i = 0; i < 1'000 && last.sent == static_cast<::ssize_t>(last.due); ++i) {
        last = send({piece});
    }
    EXPECT_EQ(last.due, piece.size());
    EXPECT_LT(last.sent, static_cast<::ssize_t>(piece.size()));
}

TEST_F(WriteBuffer, a_broken_connection_is_an_error_and_no_signal) {
    far = descriptor{};
    EXPECT_EQ(send({"x"}).sent, -1);
    EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace chatos::net
