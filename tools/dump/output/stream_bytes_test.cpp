#include "base/hex.hpp"
#include "dump/input/hex_text.hpp"
#include "dump/output/stream_bytes.hpp"
#include "dump/testing/segments.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace chatos::dump::testing {
namespace {

struct followed_bytes {
    std::string text;
    std::string problem;
    std::string warning;
};

followed_bytes follow(const std::vector<byte_string>& frames, std::uint32_t stream,
                      std::optional<stream_direction> direction = {}) {
    output out;
    stream_bytes bytes{out, stream, direction};
    (void)dump_frames(bytes, out, frames, {.listener = &bytes});
    return {out.text(), bytes.problem(), bytes.warning()};
}

constexpr stream_direction to_server = stream_direction::client_to_server;
constexpr stream_direction to_client = stream_direction::server_to_client;

TEST(stream_bytes, of_one_side_are_as_they_were_sent) {
    // Out of order, repeated, and after a malformed packet.
    const std::vector<byte_string> frames =
        login_then(frames_of({client(18, "cd"), client(16, "ab"), client(16, "abcd"), client(20, "\x00\xFF"sv)}));
    EXPECT_EQ(follow(frames, 0, to_server).text, std::string{cr_bob} + "abcd\x00\xFF"s);
    EXPECT_EQ(follow(frames, 0, to_client).text, ok);
    EXPECT_EQ(follow(frames, 0, to_client).warning, "");
}

TEST(stream_bytes, of_both_sides_are_lines_of_hex_with_the_server_after_a_tab) {
    const followed_bytes both = follow(login_then(frames_of({client(16, sma_hi)})), 0);
    EXPECT_EQ(both.text, "010003626f62\n\t0600\n04000000026869\n");
    EXPECT_EQ(both.problem + both.warning, "");
}

TEST(stream_bytes, tell_what_is_missing) {
    const std::vector<byte_string> frames = login_then(frames_of({client(20, "late"), client(24, {}, fin | ack)}));
    const std::string wanted = "stream 0, c2s: 4 bytes are missing in 1 place, the first at offset 6";
    const followed_bytes both = follow(frames, 0);
    EXPECT_EQ(both.text, "010003626f62\n\t0600\n# c2s: 4 bytes missing\n6c617465\n");
    EXPECT_EQ(both.warning, wanted);
    EXPECT_EQ(follow(frames, 0, to_server).text, std::string{cr_bob} + "late");
    EXPECT_EQ(follow(frames, 0, to_server).warning, wanted);
    EXPECT_EQ(follow(frames, 0, to_client).warning, "");
    EXPECT_EQ(follow(frames_of({client(20, sma_hi)}), 0).warning, "stream 0, c2s: its start was not captured");
}

TEST(stream_bytes, of_a_stream_that_does_not_exist_are_a_problem) {
    const std::vector<byte_string> frames = login_then({});
    EXPECT_EQ(follow(frames, 1).problem, "there is no stream 1; the last one is 0");
    EXPECT_EQ(follow(frames, 1).text, "");
    EXPECT_EQ(follow({}, 0).problem, "there is no stream 0: the input has none of these ports");
}

}  // namespace
}  // namespace chatos::dump::testing
