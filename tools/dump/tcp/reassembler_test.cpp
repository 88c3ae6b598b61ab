// One direction alone: places of bytes in long streams, and which bytes come late.
#include "dump/tcp/reassembler.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

/// Notes what it is given: text at an offset, `*` after the text that is late.
class noting_receiver final : public byte_receiver {
public:
    void began(bool is_midstream) override { note(is_midstream ? "midstream" : "began"); }
    void bytes(std::uint64_t offset, std::span<const std::byte> bytes, const frame_mark& mark) override {
        note(std::to_string(offset) + " " + text_of(bytes) + (mark.is_late ? "*" : ""));
    }
    void missing(std::uint64_t offset, std::uint64_t count, gap_cause cause, const frame_mark* /*mark*/) override {
        if (cause == gap_cause::lost) {
            note(std::to_string(offset) + " missing " + std::to_string(count));
        }
    }
    void discarded(std::uint64_t offset, std::uint64_t count, discard_cause /*cause*/,
                   const frame_mark& /*mark*/) override {
        note(std::to_string(offset) + " discarded " + std::to_string(count));
    }
    void conflict(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other) override {
        note(std::to_string(offset) + " conflict " + text_of(kept) + " " + text_of(other));
    }
    void ended() override { note("ended"); }

    std::vector<std::string> notes;

private:
    static std::string text_of(std::span<const std::byte> bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    void note(std::string text) { notes.push_back(std::move(text)); }
};

using notes = std::vector<std::string>;

struct direction {
    void take(std::uint32_t sequence, std::string_view payload, std::uint32_t cut_bytes = 0) {
        bytes.take({.sequence = sequence,
                    .payload = std::as_bytes(std::span{payload}),
                    .payload_bytes = static_cast<std::uint32_t>(payload.size()) + cut_bytes},
                   receiver);
    }
    void syn(std::uint32_t sequence) { bytes.take({.sequence = sequence, .is_syn = true}, receiver); }
    void fin(std::uint32_t sequence) { bytes.take({.sequence = sequence, .is_fin = true}, receiver); }
    void acknowledged(std::uint32_t sequence) { bytes.acknowledged(sequence, receiver); }
    /// So many bytes that the snap length cut off, in segments of 32 MiB.
    void pass(std::uint32_t first, std::uint64_t count) {
        constexpr std::uint32_t step = 32 << 20;
        for (std::uint64_t offset = 0; offset < count; offset += step) {
            take(first + static_cast<std::uint32_t>(offset), {}, step);
        }
    }

    memory_budget budget;
    reassembly_counts counts;
    noting_receiver receiver;
    reassembler bytes{budget, counts};
};

TEST(reassembler, bytes_are_late_when_they_were_acknowledged_to_the_last_one) {
    direction client;
    client.syn(9);
    client.acknowledged(15);
    client.take(10, "hello!");
    client.take(16, "in time");
    client.acknowledged(26);
    client.take(23, "bye");
    client.take(26, "more");
    EXPECT_EQ(client.receiver.notes, (notes{"began", "0 hello!", "6 in time", "13 bye*", "16 more"}));
}

TEST(reassembler, bytes_that_wait_for_missing_ones_are_not_late_because_of_that) {
    direction client;
    client.syn(9);
    client.take(13, "later");
    client.acknowledged(18);
    client.take(10, "one");
    EXPECT_EQ(client.receiver.notes, (notes{"began", "0 one*", "3 later"}));
}

TEST(reassembler, an_acknowledgement_before_the_first_byte_makes_it_late) {
    direction server;
    server.acknowledged(103);
    server.acknowledged(101);
    server.take(100, "one");
    server.syn(99);
    server.take(103, "two");
    EXPECT_EQ(server.receiver.notes, (notes{"began", "0 one*", "3 two"}));
    // Of another connection.
    direction other;
    other.acknowledged(0x5000'0000);
    other.syn(99);
    other.take(100, "one");
    EXPECT_EQ(other.receiver.notes, (notes{"began", "0 one"}));
    EXPECT_EQ(other.bytes.acknowledged_unseen(), 0U);
}

TEST(reassembler, places_are_right_after_two_and_four_gigabytes) {
    for (const std::uint64_t size : {std::uint64_t{2} << 30U, std::uint64_t{4} << 30U, std::uint64_t{9} << 30U}) {
        SCOPED_TRACE(size);
        direction client;
        client.syn(9);
        client.pass(10, size);
        const auto late_at = 10 + static_cast<std::uint32_t>(size);
        client.acknowledged(late_at + 2);
        client.take(late_at, "late");
        client.take(late_at, "LATE");
        client.take(late_at + 6, "after a hole");
        client.take(late_at + 4, "in");
        client.acknowledged(late_at + 21);
        client.take(late_at + 18, "end");
        client.take(late_at + 22, "lost before");
        client.fin(late_at + 33);
        client.bytes.finish(client.receiver);
        const auto at = [size](std::uint64_t offset) { return std::to_string(size + offset); };
        EXPECT_EQ(client.receiver.notes, (notes{"began", at(0) + " late", at(0) + " conflict late LATE", at(4) + " in",
                                                at(6) + " after a hole", at(18) + " end*", at(21) + " missing 1",
                                                at(22) + " lost before", "ended"}));
        EXPECT_EQ(client.counts.missing_bytes, size + 1);
        EXPECT_EQ(client.counts.outside_bytes + client.counts.after_end_bytes, 0U);
        EXPECT_EQ(client.budget.bytes, client.bytes.history_bytes());
    }
}

TEST(reassembler, a_reset_holds_back_what_follows_until_it_is_acknowledged) {
    direction client;
    client.syn(9);
    client.take(10, "one");
    client.bytes.hold_back_from(13, client.receiver);
    client.take(13, "two");
    client.acknowledged(13);
    EXPECT_EQ(client.receiver.notes, (notes{"began", "0 one"}));
    client.acknowledged(14);
    EXPECT_EQ(client.receiver.notes, (notes{"began", "0 one", "3 two"}));
    EXPECT_FALSE(client.bytes.is_holding_back());
}

TEST(reassembler, what_crosses_a_reset_belongs_to_the_stream_up_to_there) {
    direction client;
    client.syn(9);
    client.take(10, "one");
    client.bytes.hold_back_from(15, client.receiver);
    client.take(13, "two three");
    client.take(22, "four");
    client.bytes.cut_off(client.receiver);
    EXPECT_EQ(client.receiver.notes, (notes{"began", "0 one", "5 discarded 7", "3 tw", "5 discarded 4", "ended"}));
    EXPECT_EQ(client.counts.after_end_bytes, 11U);
}

TEST(reassembler, what_waits_after_an_end_is_told) {
    direction client;
    client.take(10, "one");
    client.fin(13);
    client.take(20, "far");
    client.acknowledged(13);
    EXPECT_EQ(client.receiver.notes, (notes{"midstream", "0 one", "3 discarded 3", "ended"}));
    EXPECT_EQ(client.counts.after_end_bytes, 3U);
    EXPECT_EQ(client.bytes.held_bytes(), 0U);
}

}  // namespace
}  // namespace chatos::dump
