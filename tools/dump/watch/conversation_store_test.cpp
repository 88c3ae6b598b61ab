#include "dump/watch/conversation_store.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::dump {
namespace {

class store_of_frames {
public:
    explicit store_of_frames(std::size_t bytes_max = conversation_store::bytes_max_default) : store{bytes_max} {}

    void read(std::size_t bytes = 100) {
        const std::vector<std::byte> content(bytes);
        store.read(++number_, {.link_type = 1, .bytes = content, .original_bytes = static_cast<std::uint32_t>(bytes)});
    }
    void add(std::uint32_t stream, std::size_t bytes = 100) {
        read(bytes);
        store.assign(number_, stream);
    }
    [[nodiscard]] std::vector<std::uint64_t> about(std::uint32_t stream, bool wants_all = false) const {
        std::vector<std::uint64_t> numbers;
        for (const stored_frame* frame : store.frames_about(stream, wants_all)) {
            numbers.push_back(frame->number);
        }
        return numbers;
    }

    conversation_store store;

private:
    std::uint64_t number_{0};
};

using frame_numbers = std::vector<std::uint64_t>;

TEST(conversation_store, streams_that_share_a_user_belong_together) {
    store_of_frames frames;
    for (const std::uint32_t stream : {0U, 1U, 2U, 0U, 1U}) {
        frames.add(stream);
    }
    frames.store.note_pseudo(0, "alice");
    frames.store.note_pseudo(0, "bob");
    frames.store.note_pseudo(1, "bob");
    frames.store.note_pseudo(2, "eve");
    EXPECT_EQ(frames.about(0), (frame_numbers{1, 2, 4, 5}));
    EXPECT_EQ(frames.about(2), (frame_numbers{3}));
    EXPECT_EQ(frames.about(2, true), (frame_numbers{1, 2, 3, 4, 5}));
    EXPECT_EQ(frames.about(7), frame_numbers{});
}

TEST(conversation_store, a_stream_with_many_users_has_to_do_with_all) {
    store_of_frames frames;
    frames.add(0);
    frames.add(1);
    for (int user = 0; user < 100; ++user) {
        frames.store.note_pseudo(0, "user" + std::to_string(user));
    }
    EXPECT_EQ(frames.about(0), (frame_numbers{1, 2}));
    EXPECT_EQ(frames.about(1), (frame_numbers{1, 2}));
}

TEST(conversation_store, frames_that_waited_keep_their_order) {
    store_of_frames frames;
    frames.add(0);
    frames.read();
    frames.store.let_wait();  // a fragment
    frames.read();
    frames.store.let_wait();
    frames.read();
    const frame_numbers parts{2, 4};
    frames.store.join(parts);
    frames.store.assign(4, 0);
    frames.store.assign(3, 0);
    EXPECT_EQ(frames.about(0), (frame_numbers{1, 2, 3, 4}));
}

TEST(conversation_store, streams_that_are_over_make_room_first) {
    store_of_frames frames{8'000};
    frames.add(0);
    for (std::uint32_t stream = 1; stream < 30; ++stream) {
        frames.add(stream);
        frames.store.note_end(stream);
        EXPECT_LE(frames.store.bytes(), 8'000U);
    }
    EXPECT_EQ(frames.about(0), (frame_numbers{1}));
    EXPECT_EQ(frames.about(1), frame_numbers{});
    EXPECT_EQ(frames.about(29), (frame_numbers{30}));
}

TEST(conversation_store, the_longest_stream_loses_its_beginning) {
    store_of_frames frames{8'000};
    frames.add(0);
    frames.store.note_end(0);
    for (int count = 0; count < 1'000; ++count) {
        frames.add(1);
        ASSERT_LE(frames.store.bytes(), 8'000U);
    }
    EXPECT_EQ(frames.about(0), (frame_numbers{1})) << "one that repeats itself pushes nobody else out";
    EXPECT_EQ(frames.about(1).back(), 1'001U);
}

TEST(conversation_store, another_capture_begins_with_nothing) {
    store_of_frames frames;
    frames.add(0);
    frames.store.read(1, {});
    EXPECT_EQ(frames.about(0), frame_numbers{});
    EXPECT_EQ(frames.store.bytes(), 0U);
}

}  // namespace
}  // namespace chatos::dump
