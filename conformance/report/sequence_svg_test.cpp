#include "report/sequence_svg.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;

class SequenceSvg : public ::testing::Test {
protected:
    SequenceSvg() { report_.what = &what_; }

    void add(direction which, std::string text) {
        report_.seen.exchange.push_back({moment{1'500'000}, 0, which, std::move(text), "06 00", 0, 0, false});
    }
    [[nodiscard]] std::string text(std::size_t rows_max = 200) const {
        std::ostringstream out;
        write_svg(out, make_chart(report_, rows_max));
        return out.str();
    }
    [[nodiscard]] std::size_t count(std::string_view what) const {
        const std::string all = text();
        std::size_t number = 0;
        for (std::size_t at = all.find(what); at != std::string::npos; at = all.find(what, at + 1)) {
            ++number;
        }
        return number;
    }

    scenario what_{testing::make_scenario(R"([{"actor": "alice", "login": true}])")};
    scenario_report report_;
};

TEST_F(SequenceSvg, draws_a_lifeline_for_each_and_a_row_for_each_thing_that_happened) {
    add(direction::remark, "connects");
    add(direction::sent, "CR");
    add(direction::received, "ERROR 0 OK");
    report_.seen.exchange.back().blamed = true;
    EXPECT_EQ(count("class=\"i\""), 2U);
    EXPECT_EQ(count("<g class=\"remark\">"), 1U);
    EXPECT_EQ(count("<g class=\"sent\">"), 1U);
    EXPECT_EQ(count("<g class=\"received blamed\">"), 1U);
    EXPECT_EQ(count(">1.500</text>"), 3U);
}

TEST_F(SequenceSvg, cuts_a_long_label_between_characters_and_keeps_it_whole_in_the_title) {
    std::string long_text;
    for (int time = 0; time < 100; ++time) {
        long_text += "\u00e9";
    }
    add(direction::sent, long_text);
    EXPECT_NE(text().find("<title>" + long_text + "</title>"), std::string::npos);
    EXPECT_NE(text().find(">" + long_text.substr(0, 126) + "\u2026</text>"), std::string::npos) << text();
}

TEST_F(SequenceSvg, markup_in_a_label_is_text) {
    add(direction::sent, "<script>&\"");
    EXPECT_EQ(text().find("<script>"), std::string::npos);
    EXPECT_EQ(count("&lt;script&gt;&amp;&quot;"), 2U);
}

TEST_F(SequenceSvg, says_how_many_rows_are_left_out) {
    add(direction::sent, "CR");
    add(direction::sent, "RPM");
    EXPECT_NE(text(1).find("1 earlier lines left out"), std::string::npos);
    EXPECT_EQ(text(2).find("left out"), std::string::npos);
}

}  // namespace
}  // namespace chatos::conformance
