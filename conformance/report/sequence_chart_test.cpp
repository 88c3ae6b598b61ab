#include "report/sequence_chart.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using direction = exchange_entry::direction;
using namespace std::chrono_literals;

class SequenceChart : public ::testing::Test {
protected:
    SequenceChart() {
        report_.scenario = &scenario_;
        add(0, direction::remark, "connects", "");
        add(0, direction::sent, "CR", "01");
        add(1, direction::sent, "SMA", "04");
        add(1, direction::received, "ERROR 0 OK", "06 00");
    }
    void add(std::size_t actor, direction which, std::string text, std::string hex) {
        report_.outcome.exchange.push_back(
            {1ms * report_.outcome.exchange.size(), actor, which, std::move(text), std::move(hex), 7, 0, false});
    }
    [[nodiscard]] std::string text(std::size_t rows_max = 40) const {
        std::string out;
        base::chart_text{{.columns = 60, .cuts_labels = false}, base::no_colors}.draw(out,
                                                                                      make_chart(report_, rows_max));
        return out;
    }

    scenario scenario_{testing::make_scenario(R"([{"actor": "alice", "login": true}])")};
    scenario_report report_;
};

TEST_F(SequenceChart, has_an_arrow_between_the_server_and_the_actor_across_those_between) {
    report_.outcome.exchange.back().blamed = true;
    EXPECT_EQ(text(), R"(       server         alice          bob
0.000  |              *              |  connects
1.000  |<-------------|              |  CR          @7 01
2.000  |<----------------------------|  SMA         @7 04
3.000  |---------------------------->|  ERROR 0 OK  @7 06 00  <== this
)");
}

TEST_F(SequenceChart, has_the_last_rows_and_only_those_who_appear_in_them) {
    report_.outcome.exchange_dropped = 5;
    const base::sequence_chart chart = make_chart(report_, 2);
    ASSERT_EQ(chart.lifelines.size(), 2U);
    EXPECT_EQ(chart.lifelines[0].name, "server");
    EXPECT_EQ(chart.lifelines[1].name, "bob");
    EXPECT_EQ(chart.rows.size(), 2U);
    EXPECT_EQ(chart.rows_before, 7U);
}

TEST_F(SequenceChart, points_away_from_the_server_when_the_runner_plays_it) {
    scenario_.role = test_role::client;
    EXPECT_EQ(make_chart(report_, 1).rows[0].from, 1U);
    scenario_.role = test_role::server;
    EXPECT_EQ(make_chart(report_, 1).rows[0].from, 0U);
}

}  // namespace
}  // namespace chatos::conformance
