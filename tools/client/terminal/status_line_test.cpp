#include "client/terminal/status_line.hpp"

#include <gtest/gtest.h>

namespace chatos::client {
namespace {

using namespace std::chrono_literals;

TEST(StatusLine, is_a_mere_prompt_when_nothing_waits) {
    EXPECT_EQ(prompt_text({}, {}, instant{}, 80), "> ");
    EXPECT_EQ(next_prompt_change({}, instant{}), std::nullopt);
}

TEST(StatusLine, counts_down_second_by_second) {
    const std::vector<undecided_contact> undecided{{"bob", instant{25s}}};
    EXPECT_EQ(prompt_text(undecided, {}, instant{0s}, 80), "bob asks (25 s) > ");
    EXPECT_EQ(prompt_text(undecided, {}, instant{1ms}, 80), "bob asks (25 s) > ");
    EXPECT_EQ(next_prompt_change(undecided, instant{1ms}), instant{1s});
    EXPECT_EQ(prompt_text(undecided, {}, instant{1s}, 80), "bob asks (24 s) > ");
    EXPECT_EQ(prompt_text(undecided, {}, instant{30s}, 80), "bob asks (0 s) > ");
}

TEST(StatusLine, shows_files_as_bars) {
    EXPECT_EQ(prompt_text({}, {{"a.txt", false, 43, 100}}, instant{}, 80), "a.txt [========>           ] 43% > ");
    EXPECT_EQ(prompt_text({}, {{"a.txt", false, 0, 0}}, instant{}, 80), "a.txt [====================] 100% > ");
}

TEST(StatusLine, leaves_out_what_does_not_fit) {
    const std::vector<undecided_contact> undecided{{std::string(100, 'x'), instant{25s}}, {"bob", instant{25s}}};
    EXPECT_EQ(prompt_text(undecided, {}, instant{}, 80), "bob asks (25 s) > ");
}

}  // namespace
}  // namespace chatos::client
