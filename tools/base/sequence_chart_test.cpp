#include "base/sequence_chart.hpp"
#include "base/text_columns.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace chatos::base {
namespace {

sequence_chart conversation() {
    return {
        .lifelines = {{.name = "10.0.0.2:7777", .is_server = true}, {.name = "10.0.0.1:40000", .pseudo = "\"bob\""}},
        .rows = {
            {.from = 1, .to = 0, .time = "1.000", .label = "CR"},
            {.from = 0, .to = 1, .is_answer = true, .time = "2.000", .label = "ERROR  code=0 OK"},
            {.mark = chart_mark::torn, .from = 0, .to = 1, .is_wrong = true, .time = "3.000", .label = "GAP"},
            {.mark = chart_mark::remark, .from = 0, .to = 1, .repeats_time = true, .time = "3.000", .label = "RESYNC"},
            {.mark = chart_mark::broken, .from = 1, .to = 0, .time = "10.000", .label = "MALFORMED", .note = "@9"}}};
}

std::string text_of(const sequence_chart& chart, const chart_text::layout& layout) {
    std::string out;
    chart_text{layout, no_colors}.draw(out, chart);
    return out;
}

TEST(chart_text, has_a_row_for_each_message_and_event) {
    EXPECT_EQ(text_of(conversation(), {.columns = 60, .indent = 2}), R"(          10.0.0.2:7777    10.0.0.1:40000
          server           "bob"
   1.000  |<---------------|  CR
   2.000  |--------------->|  ERROR  code=0 OK
   3.000  |~ ~ ~ / / ~ ~ ~ |  GAP
       "  *                |  RESYNC
  10.000  |        X-------|  MALFORMED  @9
)");
}

TEST(chart_text, fits_any_width_and_keeps_long_labels_when_told_so) {
    sequence_chart chart = conversation();
    chart.rows[0].label = std::string(300, 'x');
    for (std::size_t ends = 2; ends < 12; ++ends) {
        for (const std::size_t columns : {40U, 60U, 80U, 100U, 117U, 200U}) {
            std::istringstream lines{text_of(chart, {.columns = columns})};
            for (std::string line; std::getline(lines, line);) {
                EXPECT_LE(columns_of(line), columns) << line;
            }
        }
        chart.lifelines.push_back({.name = "x", .pseudo = "\"\u65e5\u672c\u8a9e\""});
    }
    EXPECT_NE(text_of(chart, {.columns = 80, .cuts_labels = false}).find(std::string(300, 'x')), std::string::npos);
}

TEST(chart_text, names_both_ends_in_each_row_when_they_do_not_fit_side_by_side) {
    sequence_chart chart = conversation();
    chart.lifelines.resize(10, {.name = "x"});
    const std::string text = text_of(chart, {.columns = 80, .advice = "Try --follow."});
    EXPECT_TRUE(text.starts_with("10 ends are too many for 80 columns:\nrows name them. Try --follow.\n")) << text;
    EXPECT_NE(text.find("\"bob\" > 10.0.0.2:7777  CR\n"), std::string::npos) << text;
}

TEST(chart_text, repeats_the_head_only_when_it_changes) {
    chart_text drawer{{.columns = 80}, no_colors};
    std::string out;
    sequence_chart chart = conversation();
    drawer.draw(out, chart);
    drawer.draw(out, chart);
    EXPECT_EQ(out.find("server"), out.rfind("server"));
    chart.lifelines[1].pseudo = "\"eve\"";
    drawer.draw(out, chart);
    EXPECT_NE(out.find("server"), out.rfind("server"));
}

TEST(charts, give_a_refusal_a_color) {
    sequence_chart chart = conversation();
    chart.rows[1].is_refusal = true;
    chart_text drawer{{.columns = 80}, terminal_colors};
    std::string out;
    drawer.draw(out, chart);
    EXPECT_NE(out.find("\x1b[31mERROR  code=0 OK"), std::string::npos) << out;
    EXPECT_NE(chart_svg(chart, true).find("<g class=\"f\">"), std::string::npos);
}

TEST(chart_text, says_how_many_rows_came_before) {
    sequence_chart chart = conversation();
    chart.rows_before = 7;
    EXPECT_NE(text_of(chart, {}).find("... 7 earlier rows are left out\n"), std::string::npos);
    EXPECT_EQ(text_of({}, {}), "");
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t number = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++number;
    }
    return number;
}

TEST(chart_svg, draws_a_lifeline_for_each_end_and_a_shape_for_each_row) {
    const std::string svg = chart_svg(conversation(), true);
    EXPECT_TRUE(svg.starts_with("<svg xmlns="));
    EXPECT_EQ(count(svg, "<style>"), 1U);
    EXPECT_EQ(count(svg, "class=\"l\""), 2U);
    EXPECT_EQ(count(svg, "<g class=\"a\">"), 2U);
    EXPECT_EQ(count(svg, "<g class=\"e\">"), 1U);
    EXPECT_EQ(count(svg, "<g class=\"w\">"), 1U);
    EXPECT_EQ(count(svg, "<circle"), 1U);
    EXPECT_EQ(count(svg, ">3.000</text>"), 1U);
    EXPECT_EQ(count(svg, "MALFORMED  @9</text>"), 1U);
}

TEST(chart_svg, leaves_the_style_to_the_page_when_it_is_a_part_of_one) {
    const std::string svg = chart_svg(conversation(), false);
    EXPECT_EQ(count(svg, "<style>"), 0U);
    EXPECT_EQ(count(svg, "xmlns"), 0U);
}

TEST(chart_svg, cuts_a_long_label_keeps_it_whole_in_the_title_and_takes_markup_for_text) {
    sequence_chart chart = conversation();
    chart.rows[0].label = "<script>&\"" + std::string(200, 'x');
    const std::string svg = chart_svg(chart, true);
    EXPECT_EQ(count(svg, "<script>"), 0U);
    EXPECT_EQ(count(svg, "&lt;script&gt;&amp;&quot;xxx"), 2U);
    EXPECT_EQ(count(svg, "<title>&lt;script&gt;&amp;&quot;" + std::string(200, 'x') + "</title>"), 1U);
    EXPECT_EQ(count(svg, "\u2026</text>"), 1U);
}

TEST(chart_svg, says_how_many_rows_are_left_out) {
    sequence_chart chart = conversation();
    chart.rows_before = 7;
    chart.rows_after = 8;
    const std::string svg = chart_svg(chart, true, ": choose");
    EXPECT_EQ(count(svg, ">7 earlier rows are left out: choose<"), 1U);
    EXPECT_EQ(count(svg, ">8 more rows are left out: choose<"), 1U);
    EXPECT_EQ(count(chart_svg({}, true), "no packet and no event"), 1U);
}

}  // namespace
}  // namespace chatos::base
