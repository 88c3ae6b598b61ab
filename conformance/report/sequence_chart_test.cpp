#include "report/sequence_chart.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;
using namespace std::chrono_literals;

class SequenceChart : public ::testing::Test {
protected:
    SequenceChart() {
        report_.what = &what_;
        add(0, direction::remark, "connects", "");
        add(0, direction::sent, "CR", "01");
        add(1, direction::sent, "SMA", "04");
        add(1, direction::received, "ERROR 0 OK", "06 00");
    }
    void add(std::size_t actor, direction which, std::string text, std::string hex) {
        report_.seen.exchange.push_back(
            {1ms * report_.seen.exchange.size(), actor, which, std::move(text), std::move(hex), 7, 0, false});
    }
    [[nodiscard]] std::string text(std::size_t rows_max = 40) const {
        std::ostringstream out;
        write_chart(out, make_chart(report_, rows_max), painter{false}, 0);
        return out.str();
    }

    scenario what_{testing::make_scenario(R"([{"actor": "alice", "login": true}])")};
    scenario_report report_;
};

TEST_F(SequenceChart, draws_an_arrow_between_the_server_and_the_actor_across_those_between) {
    report_.seen.exchange.back().blamed = true;
    EXPECT_EQ(text(), "ms         server      alice        bob\n"
                      "    0.000    |           *           |  connects\n"
                      "    1.000    |<----------|           |  CR          @7 01\n"
                      "    2.000    |<----------------------|  SMA         @7 04\n"
                      "    3.000    |---------------------->|  ERROR 0 OK  @7 06 00  <== this\n");
}

TEST_F(SequenceChart, shows_the_last_rows_and_only_those_who_appear_in_them) {
    report_.seen.exchange_dropped = 5;
    const sequence_chart chart = make_chart(report_, 2);
    EXPECT_EQ(chart.lifelines, (std::vector<std::string>{"server", "bob"}));
    EXPECT_EQ(chart.rows.size(), 2U);
    EXPECT_EQ(chart.rows_left_out, 7U);
    EXPECT_NE(text(2).find("...  7 earlier lines left out\n"), std::string::npos) << text(2);
}

TEST_F(SequenceChart, names_the_actor_in_each_row_when_there_are_too_many_to_draw) {
    what_.actors.assign(12, "x");
    what_.actors[11] = "zoe";
    for (std::size_t actor = 0; actor < 12; ++actor) {
        add(actor, direction::received, "ERROR 5 REFUSED", "06 05");
    }
    EXPECT_NE(text().find("   15.000  zoe        < ERROR 5 REFUSED  @7 06 05\n"), std::string::npos) << text();
}

TEST_F(SequenceChart, of_nothing_is_the_server_alone) {
    report_.seen.exchange.clear();
    EXPECT_EQ(text(), "ms         server\n");
}

}  // namespace
}  // namespace chatos::conformance
