// The plain parts under the rules: ring, timers, users, frames, the output queue.
#include "core/frame.hpp"
#include "core/output_queue.hpp"
#include "core/ring.hpp"
#include "core/send_permissions.hpp"
#include "core/timers.hpp"
#include "core/user_registry.hpp"

#include <chatos/packet.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace chatos::core {
namespace {

TEST(Ring, behaves_like_a_deque_whatever_the_order_of_pushes_and_pops) {
    ring<std::unique_ptr<int>> tested;
    std::deque<int> expected;
    std::mt19937 random{1};
    for (int i = 0; i < 10'000; ++i) {
        const bool growing = (i / 500) % 2 == 0;
        if (expected.empty() || random() % 10 < (growing ? 7U : 3U)) {
            tested.push_back(std::make_unique<int>(i));
            expected.push_back(i);
        } else {
            ASSERT_EQ(*tested.pop_front(), expected.front());
            expected.pop_front();
        }
        ASSERT_EQ(tested.size(), expected.size());
        if (!expected.empty()) {
            ASSERT_EQ(*tested.front(), expected.front());
            ASSERT_EQ(*tested[tested.size() - 1], expected.back());
        }
    }
}

template <typename T>
void fill_and_empty(ring<T>& tested, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        tested.push_back(T{});
    }
    while (!tested.empty()) {
        static_cast<void>(tested.pop_front());
    }
}

TEST(Ring, keeps_its_block_through_bursts_of_one_size) {
    ring<int> tested;
    fill_and_empty(tested, 32);
    EXPECT_EQ(tested.capacity(), 32U);
    fill_and_empty(tested, 16);
    EXPECT_EQ(tested.capacity(), 32U) << "half full is full enough";
}

TEST(Ring, shrinks_step_by_step_to_what_is_used_of_it) {
    ring<int> tested;
    fill_and_empty(tested, 64);
    for (const std::uint32_t expected : {32U, 16U, 8U, 4U, 4U}) {
        fill_and_empty(tested, 1);
        EXPECT_EQ(tested.capacity(), expected);
    }
}

TEST(Ring, gives_a_large_block_back_when_it_is_empty_and_while_it_empties) {
    ring<int> tested;
    for (int i = 0; i < 1'000; ++i) {
        tested.push_back(i);
    }
    while (!tested.empty()) {
        ASSERT_TRUE(tested.capacity() <= 64 || tested.capacity() <= 4 * tested.size());
        static_cast<void>(tested.pop_front());
    }
    EXPECT_LE(tested.capacity(), 64U);
    fill_and_empty(tested, 65);
    EXPECT_LE(tested.capacity(), 64U);
}

TEST(RingDeathTest, taking_from_an_empty_ring_is_our_own_mistake) {
    ring<int> empty;
    EXPECT_DEATH(static_cast<void>(empty.pop_front()), "assertion failed");
}

TEST(Timers, wake_in_order_and_keep_the_earliest_time_per_slot) {
    timers tested;
    std::map<std::uint32_t, time_point> expected;
    std::mt19937 random{1};
    time_point now{};
    for (int i = 0; i < 20'000; ++i) {
        const auto slot = static_cast<std::uint32_t>(random() % 50);
        if (random() % 4 == 0) {
            tested.cancel(slot);
            expected.erase(slot);
        } else if (random() % 4 != 0) {
            const time_point when = now + duration{random() % 1'000};
            tested.wake_by(slot, when);
            const auto [place, added] = expected.emplace(slot, when);
            place->second = std::min(place->second, when);
        } else {
            now += duration{random() % 200};
            while (const auto due = tested.take_due(now)) {
                for (const auto& [other, when] : expected) {
                    ASSERT_LE(due->when, when) << other;
                }
                ASSERT_EQ(expected.at(due->slot), due->when);
                expected.erase(due->slot);
            }
        }
        ASSERT_EQ(tested.earliest().has_value(), !expected.empty());
    }
}

TEST(SendPermissions, remember_the_latest_whatever_the_order_of_grants_and_sessions) {
    for (const std::size_t count_max : {1U, 3U, 4U, 30U}) {
        send_permissions tested;
        std::vector<connection_id> newest_last;
        std::array<std::uint32_t, 40> generations{};
        std::mt19937 random{1};
        for (int i = 0; i < 20'000; ++i) {
            const auto slot = static_cast<std::uint32_t>(random() % generations.size());
            generations[slot] += random() % 5 == 0 ? 1U : 0U;  // another session takes the slot
            const connection_id recipient{.slot = slot, .generation = generations[slot]};
            if (random() % 3 == 0) {
                tested.grant(recipient, count_max);
                std::erase(newest_last, recipient);
                newest_last.push_back(recipient);
                newest_last.erase(newest_last.begin(), newest_last.end() - static_cast<std::ptrdiff_t>(std::min(
                                                                               count_max, newest_last.size())));
            }
            ASSERT_EQ(tested.allows(recipient), std::ranges::find(newest_last, recipient) != newest_last.end());
            ASSERT_EQ(tested.size(), newest_last.size());
        }
        tested.clear();
        EXPECT_EQ(tested.size(), 0U);
    }
}

// No choice of recipients, and no number of sessions in one slot, makes a search long.
TEST(SendPermissions, no_bucket_becomes_long) {
    constexpr std::uint32_t count_max = 1'024;
    constexpr std::uint32_t slots = 32'000;
    send_permissions same_bucket;
    for (std::uint32_t slot = 0; slot < slots; slot += count_max) {
        same_bucket.grant({.slot = slot, .generation = 1}, count_max);
    }
    EXPECT_LE(same_bucket.longest_bucket(), slots / count_max + 1);
    send_permissions same_slot;
    for (std::uint32_t generation = 1; generation < slots; ++generation) {
        same_slot.grant({.slot = 7, .generation = generation}, count_max);
    }
    EXPECT_EQ(same_slot.longest_bucket(), 1U);
    EXPECT_EQ(same_slot.size(), count_max);
}

TEST(SendPermissions, take_no_memory_until_the_first) {
    EXPECT_EQ(sizeof(send_permissions), sizeof(void*));
    EXPECT_LT(send_permissions::memory_bytes_max(1), 400U);
    EXPECT_LT(send_permissions::memory_bytes_max(1'024), 33'000U);
}

// A message to all reaches one user after the other: who leaves must not send another one back to the end.
TEST(UserRegistry, whoever_leaves_everybody_whose_turn_is_to_come_goes_before_those_who_had_it) {
    for (std::size_t turns = 0; turns <= 6; ++turns) {
        for (std::size_t leaving = 0; leaving < 6; ++leaving) {
            std::array<connection, 6> users;
            user_registry tested;
            for (std::size_t i = 0; i < users.size(); ++i) {
                tested.add(users[i], std::to_string(i));
            }
            std::vector<const connection*> served;
            for (std::size_t i = 0; i < turns; ++i) {
                served.push_back(&tested.next_in_turn());
            }
            tested.remove(users[leaving]);
            std::erase(served, &users[leaving]);
            for (std::size_t i = served.size(); i < tested.size(); ++i) {
                const connection* next = &tested.next_in_turn();
                EXPECT_EQ(std::ranges::find(served, next), served.end()) << turns << " turns, " << leaving << " leaves";
                served.push_back(next);
            }
        }
    }
}

TEST(Frame, one_encoding_is_shared_by_all_who_hold_it) {
    const frame original = frame::of(make_spm("alice", "hi"), {});
    const frame other = original;  // NOLINT(performance-unnecessary-copy-initialization): sharing is what is tested
    EXPECT_EQ(original.bytes().data(), other.bytes().data());
    EXPECT_EQ(original.size_bytes(), 14U);
    EXPECT_FALSE(original.is_answer());
    EXPECT_TRUE(frame::of(make_error(error_code::ok), {}).is_answer());
    EXPECT_TRUE(frame{}.bytes().empty());
}

TEST(OutputQueue, partial_writes_go_on_where_they_stopped) {
    output_queue queue;
    queue.push(frame::of(make_spm("alice", "hello"), {}));
    queue.push(frame::of(make_error(error_code::refused), {}));
    EXPECT_EQ(queue.size_bytes(), 19U);
    EXPECT_EQ(queue.answers(), 1U);
    std::array<std::span<const std::byte>, 4> pieces;
    queue.written(3);
    ASSERT_EQ(queue.gather(pieces), 2U);
    EXPECT_EQ(pieces[0].size(), 14U);
    EXPECT_EQ(std::to_integer<char>(pieces[0][0]), 'a');
    queue.written(15);
    EXPECT_EQ(queue.answers(), 1U) << "half an answer is not written";
    ASSERT_EQ(queue.gather(pieces), 1U);
    EXPECT_EQ(pieces[0].size(), 1U);
    queue.written(1);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.answers(), 0U);
}

}  // namespace
}  // namespace chatos::core
