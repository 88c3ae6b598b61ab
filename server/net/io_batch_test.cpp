// A batch of calls has the results of single calls, with io_uring and without.
#include "base/system/descriptor.hpp"
#include "net/io_batch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <liburing.h>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace chatos::net {
namespace {

struct ends {
    base::descriptor near;
    base::descriptor far;
};

ends socket_pair() {
    std::array<int, 2> numbers{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, numbers.data()), 0);
    return {.near = base::descriptor{numbers[0]}, .far = base::descriptor{numbers[1]}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span{text});
}

class CallBatch : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        if (GetParam() && !tested.is_batched()) {
            GTEST_SKIP() << "this system has no io_uring for us";
        }
    }

    io_batch tested{GetParam()};
};

TEST_P(CallBatch, outcomes_come_in_the_order_of_the_calls) {
    const ends pair = socket_pair();
    const std::string text = "hello";
    std::array<std::byte, 16> place{};
    std::vector<std::pair<std::uint64_t, ::ssize_t>> outcomes;
    const auto run = [&] {
        for (const io_batch::call& done : tested.run()) {
            outcomes.emplace_back(done.key, done.result);
        }
    };
    tested.send(pair.near.get(), bytes_of(text), 7);
    if (tested.is_full()) {
        run();
    }
    tested.receive(pair.far.get(), place, 8);
    run();
    const std::vector<std::pair<std::uint64_t, ::ssize_t>> expected{{7, 5}, {8, 5}};
    EXPECT_EQ(outcomes, expected);
    EXPECT_EQ(std::memcmp(place.data(), text.data(), text.size()), 0);
    EXPECT_EQ(tested.size(), 0U);
}

TEST_P(CallBatch, nothing_waits_and_what_goes_wrong_is_told_as_an_error_number) {
    ends pair = socket_pair();
    std::array<std::byte, 16> place{};
    const ends spare = socket_pair();
    const auto result_of = [&](auto add) {
        add();
        if (tested.is_batched()) {  // a second one, so that the batch is more than one call
            tested.receive(spare.far.get(), place, 2);
        }
        return tested.run()[0].result;
    };
    const std::string text = "x";
    EXPECT_EQ(result_of([&] { tested.receive(pair.far.get(), place, 1); }), -EAGAIN);
    std::string large;
    large.resize(10'000'000, 'l');
    const ::ssize_t taken = result_of([&] { tested.send(pair.far.get(), bytes_of(large), 1); });
    EXPECT_GT(taken, 0);
    EXPECT_LT(taken, static_cast<::ssize_t>(large.size()));
    EXPECT_EQ(result_of([&] { tested.send(pair.far.get(), bytes_of(large), 1); }), -EAGAIN);
    pair.near = base::descriptor{};  // with unread bytes
    EXPECT_EQ(result_of([&] { tested.send(pair.far.get(), bytes_of(text), 1); }), -EPIPE) << "and no signal";
    ends other = socket_pair();
    other.far = base::descriptor{};
    EXPECT_EQ(result_of([&] { tested.receive(other.near.get(), place, 1); }), 0) << "an end";
}

TEST_P(CallBatch, a_full_batch_loses_nothing) {
    std::vector<ends> pairs;
    const std::string text = "t";
    while (!tested.is_full()) {
        pairs.push_back(socket_pair());
        tested.send(pairs.back().near.get(), bytes_of(text), pairs.size());
    }
    std::uint64_t expected = 0;
    for (const io_batch::call& call : tested.run()) {
        EXPECT_EQ(call.key, ++expected);
        EXPECT_EQ(call.result, 1);
    }
    EXPECT_EQ(expected, pairs.size());
    for (const ends& pair : pairs) {
        char byte = 0;
        EXPECT_EQ(::recv(pair.far.get(), &byte, 1, 0), 1);
    }
}

// Stands for a system that takes two calls of a batch and then no more.
int submit_two_then_fail(::io_uring* ring, unsigned /*count*/) {
    static thread_local bool failed = false;
    if (!std::exchange(failed, !failed)) {
        const unsigned all = std::exchange(ring->sq.sqe_tail, ring->sq.sqe_head + 2);
        const int submitted = ::io_uring_submit(ring);
        ring->sq.sqe_tail = all;
        return submitted;
    }
    return -ENOMEM;
}

int refuse_with_EPERM(::io_uring* /*ring*/, unsigned /*count*/) {
    return -EPERM;
}

int interrupt_forever(::io_uring* /*ring*/, unsigned /*count*/) {
    return -EINTR;
}

class FailingBatch : public testing::TestWithParam<std::pair<io_batch::submit_function, int>> {};

// Each byte arrives once and in order, whatever the system had taken when it began to refuse.
TEST_P(FailingBatch, calls_go_on_one_by_one_and_nothing_is_lost_or_doubled) {
    io_batch tested{true, GetParam().first};
    if (!tested.is_batched()) {
        GTEST_SKIP() << "this system has no io_uring for us";
    }
    const ends pair = socket_pair();
    std::array<std::string, 5> texts{"a", "b", "c", "d", "e"};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        tested.send(pair.near.get(), bytes_of(texts[i]), i);
    }
    std::uint64_t expected = 0;
    for (const io_batch::call& done : tested.run()) {
        EXPECT_EQ(done.key, expected++);
        EXPECT_EQ(done.result, 1);
    }
    EXPECT_EQ(expected, texts.size());
    std::array<char, 16> received{};
    EXPECT_EQ(::recv(pair.far.get(), received.data(), received.size(), 0), 5);
    EXPECT_STREQ(received.data(), "abcde");
    EXPECT_EQ(tested.fault(), GetParam().second);
    EXPECT_FALSE(tested.is_batched());
    tested.send(pair.near.get(), bytes_of(texts[0]), 7);
    EXPECT_TRUE(tested.is_full()) << "one by one from then on";
    EXPECT_EQ(tested.run()[0].result, 1);
}

INSTANTIATE_TEST_SUITE_P(Errors, FailingBatch,
                         testing::Values(std::pair{&submit_two_then_fail, ENOMEM}, std::pair{&refuse_with_EPERM, EPERM},
                                         std::pair{&interrupt_forever, EINTR}));

INSTANTIATE_TEST_SUITE_P(Ways, CallBatch, testing::Bool(),
                         [](const auto& way) { return way.param ? "together" : "one_by_one"; });

}  // namespace
}  // namespace chatos::net
