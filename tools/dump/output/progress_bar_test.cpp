#include "dump/output/progress_bar.hpp"

#include <gtest/gtest.h>

namespace chatos::dump {
namespace {

using namespace std::chrono_literals;

TEST(progress_bar, shows_share_bytes_rate_and_time_left) {
    output terminal;
    progress_bar bar{terminal, {.total_bytes = 100'000'000, .columns = 80}, 0s};
    bar.advance(25'000'000, 1s);
    EXPECT_EQ(terminal.text(),
              "\r 25% [========                          ] 25.0 of 100.0 MB, 25.0 MB/s, 3 s left\x1b[K");
}

TEST(progress_bar, is_quiet_at_first_and_between_drawings) {
    output terminal;
    progress_bar bar{terminal, {.total_bytes = 100, .columns = 80}, 10s};
    bar.advance(1, 10s + 499ms);
    EXPECT_EQ(terminal.text(), "");
    bar.clear();
    EXPECT_EQ(terminal.text(), "") << "what was not drawn is not cleared";
    bar.advance(1, 10s + 500ms);
    const std::size_t drawn = terminal.text().size();
    EXPECT_GT(drawn, 0U);
    bar.advance(1, 10s + 599ms);
    EXPECT_EQ(terminal.text().size(), drawn);
    bar.advance(1, 10s + 600ms);
    EXPECT_GT(terminal.text().size(), drawn);
}

TEST(progress_bar, is_cleared_once_and_drawn_again) {
    output terminal;
    progress_bar bar{terminal, {.total_bytes = 100, .columns = 80, .quiet = 0s, .pause = 0s}, 0s};
    bar.advance(1, 1s);
    const std::string drawn = terminal.text();
    bar.clear();
    bar.clear();
    EXPECT_EQ(terminal.text(), drawn + "\r\x1b[K");
    bar.advance(1, 1s);
    EXPECT_GT(terminal.text().size(), drawn.size() + 4);
}

TEST(progress_bar, fits_the_terminal_and_bears_any_numbers) {
    for (const std::size_t columns : {1U, 10U, 40U, 60U, 200U}) {
        for (const std::uint64_t total : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
            output terminal;
            progress_bar bar{terminal, {.total_bytes = total, .columns = columns, .quiet = 0s}, 0s};
            bar.advance(12'345, 0s);
            EXPECT_LE(terminal.text().size(), std::max<std::size_t>(columns, 2) - 1 + 4) << terminal.text();
        }
    }
}

}  // namespace
}  // namespace chatos::dump
