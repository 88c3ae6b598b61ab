// The second reading itself: a judge that agreed with everything would be none.
#include "filter/naive_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::fuzz {
namespace {

std::ptrdiff_t accepted(std::string_view text) {
    return std::ranges::count_if(
        known_records(), [text](const known_record& record) { return naive_accepts(text, record.fields).value(); });
}

TEST(naive_filter, reads_what_is_printed) {
    const auto all = static_cast<std::ptrdiff_t>(known_records().size());
    EXPECT_EQ(accepted("type == packet"), 12);
    EXPECT_EQ(accepted("type == event"), 12);
    EXPECT_EQ(accepted("!type"), 0);
    EXPECT_EQ(accepted("packet == ERROR && code >= 4"), 2);
    EXPECT_EQ(accepted("pseudo == \"b\\x6fb\" || message ~ \"h[ae]llo\""), 4);
    EXPECT_EQ(accepted("pseudo == \"\\u{1f419}\""), 1);
    EXPECT_EQ(accepted("!(packet == SPM || event == gap)"), all - 3);
    EXPECT_EQ(accepted("stream < 10"), all);
    EXPECT_GT(accepted("time < -1.24"), 0);
    EXPECT_EQ(accepted("time < -1.25"), 0);
    EXPECT_EQ(accepted("src == 10.0.0.1") + accepted("src == 10.0.0.2") + accepted("src == [2001:db8::1]") +
                  accepted("src == [::1]:65535"),
              accepted("src"));
}

TEST(naive_filter, refuses_what_is_not_printed_so) {
    for (const std::string_view text : {"", "code  == 1", "(code", "code &&", "code == ", "!", "code == 1 x"}) {
        EXPECT_EQ(naive_accepts(text, {}), std::nullopt) << text;
    }
}

TEST(naive_filter, collects_texts) {
    EXPECT_EQ(naive_texts("pseudo == \"a\\n\" && message ~ \"b\\n\" || code == 1"),
              (std::vector<std::string>{"a\n", "b\\n"}));
}

}  // namespace
}  // namespace chatos::fuzz
