#include "runner/schedule.hpp"
#include "scenario/catalog.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <set>

namespace chatos::conformance {
namespace {

using testing::make_scenario;
using testing::manual_run;
using namespace std::chrono_literals;

std::vector<std::string> texts(const scenario& scenario, std::size_t selected_max = 1'000) {
    std::vector<std::string> result;
    for (const schedule& order : orders_of(scenario, selected_max).selected) {
        result.push_back(schedule_text(order, scenario));
    }
    return result;
}

scenario two(const std::string& steps) {
    return make_scenario(steps, R"("actors": ["alice", "bob"],)");
}

schedule order_of(const scenario& scenario, const std::string& text) {
    return std::get<schedule>(parse_schedule(text, scenario));
}

std::string refusal(const scenario& scenario, const std::string& text) {
    const auto parsed = parse_schedule(text, scenario);
    return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "";
}

TEST(OrdersOf, logins_may_come_in_any_order) {
    EXPECT_EQ(texts(two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])")),
              (std::vector<std::string>{"alice,bob", "bob,alice"}));
}

TEST(OrdersOf, after_leaves_one) {
    const scenario scenario = two(R"([{"actor": "alice", "login": true, "id": "in"},
                                  {"actor": "bob", "login": true, "after": ["in"]}])");
    EXPECT_EQ(texts(scenario), std::vector<std::string>{"alice,bob"});
}

TEST(OrdersOf, an_actor_who_only_asks_for_himself_may_be_done_before_the_other_begins) {
    const scenario scenario = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true},
                                  {"actor": "bob", "send": {"packet": "RPM", "pseudo": "nobody"}},
                                  {"actor": "bob", "expect": {"packet": "ERROR", "code": 4}}])");
    EXPECT_EQ(texts(scenario), (std::vector<std::string>{"alice,bob*2", "bob,alice,bob", "bob*2,alice"}));
}

TEST(OrdersOf, nobody_acts_before_scenario_he_must_have_received) {
    // Bob answers what alice sends, and alice continues when the answer has come back.
    const scenario scenario = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true, "id": "in"},
                                  {"actor": "alice", "send": {"packet": "SMA", "message": "x"}, "after": ["in"]},
                                  {"actor": "bob", "expect": {"packet": "SPM"}},
                                  {"actor": "bob", "send": {"packet": "ERROR", "code": 0}},
                                  {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
                                  {"actor": "alice", "send": {"packet": "SMA", "message": "y"}}])");
    EXPECT_EQ(texts(scenario), (std::vector<std::string>{"alice,bob,alice,bob,alice", "bob,alice*2,bob,alice"}));
}

TEST(OrdersOf, a_choice_with_more_steps_may_wait_for_scenario_others_do_before_the_next_step) {
    const scenario scenario = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true, "id": "in"},
        {"actor": "bob", "expect": {"one_of": [
            {"name": "a", "steps": [{"expect": {"packet": "PC"}}, {"expect": {"packet": "SPM"}}]},
            {"name": "b", "steps": [{"expect": {"packet": "SPM"}}]}]}},
        {"actor": "alice", "send": {"packet": "SMA", "message": "x"}, "after": ["in"]},
        {"actor": "bob", "send": {"packet": "ERROR", "code": 0}}])");
    EXPECT_EQ(texts(scenario), (std::vector<std::string>{"alice,bob,alice,bob", "bob,alice*2,bob"}));
}

TEST(OrdersOf, effects_that_stand_before_their_causes_leave_only_scenario_after_says) {
    const scenario scenario = two(R"([{"actor": "alice", "connect": true}, {"actor": "bob", "connect": true},
                                  {"actor": "alice", "expect": {"packet": "SPM"}, "after": ["late"]},
                                  {"actor": "alice", "send": {"packet": "ERROR", "code": 0}, "id": "answer"},
                                  {"actor": "bob", "send": {"packet": "SMA", "message": "x"}, "id": "late"},
                                  {"actor": "bob", "expect": {"packet": "ERROR"}, "after": ["answer"]}])");
    const std::vector<std::string> orders = texts(scenario);
    EXPECT_EQ(orders, (std::vector<std::string>{"alice,bob*2,alice", "bob,alice,bob,alice", "bob*2,alice*2"}));
}

TEST(OrdersOf, chooses_as_many_as_are_wanted_spread_over_all) {
    std::string steps = "[";
    for (const char* actor : {"a", "b", "c", "d"}) {
        steps += std::string{steps.size() > 1 ? "," : ""} + R"({"actor": ")" + actor + R"(", "login": true})";
    }
    const scenario scenario = make_scenario(steps + "]", R"("actors": ["a", "b", "c", "d"],)");
    EXPECT_EQ(orders_of(scenario, 0).total, 24U);
    EXPECT_TRUE(orders_of(scenario, 0).selected.empty());
    EXPECT_EQ(texts(scenario).size(), 24U);
    const std::vector<std::string> some = texts(scenario, 4);
    EXPECT_EQ(std::set<char>({some[0][0], some[1][0], some[2][0], some[3][0]}), (std::set<char>{'a', 'b', 'c', 'd'}));
    const std::vector<std::string> all = texts(scenario);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 24U);
}

TEST(OrdersOf, stops_counting_somewhere) {
    std::string steps = "[";
    for (const char* actor : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
        steps += std::string{steps.size() > 1 ? "," : ""} + R"({"actor": ")" + actor + R"(", "login": true})";
    }
    const scenario scenario = make_scenario(steps + "]", R"("actors": ["a", "b", "c", "d", "e", "f", "g", "h", "i"],)");
    const open_orders orders = orders_of(scenario, 3);
    EXPECT_EQ(orders.total, 100'000U);
    EXPECT_TRUE(orders.total_is_bound);
    EXPECT_EQ(orders.selected.size(), 3U);
}

TEST(OrdersOf, every_builtin_scenario_leaves_at_least_one_and_each_can_be_said) {
    // Counting them is slow; under a sanitizer every eighth scenario has to do.
    constexpr std::size_t stride = CHATOS_UNDER_SANITIZER ? 8 : 1;
    const catalog all = make_catalog({}).loaded;
    for (std::size_t index = 0; index < all.scenarios.size(); index += stride) {
        const scenario& scenario = all.scenarios[index];
        const open_orders orders = orders_of(scenario, 3);
        EXPECT_GE(orders.selected.size(), 1U) << scenario.id;
        for (const schedule& order : orders.selected) {
            EXPECT_EQ(order_of(scenario, schedule_text(order, scenario)).actors, order.actors) << scenario.id;
        }
    }
}

TEST(ParseSchedule, says_scenario_is_wrong_and_gives_an_example) {
    const scenario scenario = two(R"([{"actor": "alice", "login": true, "id": "in"},
                                  {"actor": "bob", "login": true, "after": ["in"]}])");
    EXPECT_EQ(refusal(scenario, "alice,bob"), "");
    EXPECT_EQ(refusal(scenario, "zoe"), scenario.id +
                                            " has no actor \"zoe\"; expected its actors in the order of their turns, "
                                            "for example alice,bob");
    const std::string not_open =
        "not an order that the `after` of " + scenario.id + " leaves open; it has 2 turns, for example alice,bob";
    for (const char* text : {"bob,alice", "alice", "alice,bob,bob", "alice*2", ""}) {
        EXPECT_EQ(refusal(scenario, text), not_open) << text;
    }
    for (const char* text : {"alice*", "alice*0", "alice*x,bob", "alice*99999999999999999999", "alice*-1"}) {
        EXPECT_NE(refusal(scenario, text).find("is no turn"), std::string::npos) << text;
    }
}

class Turns : public ::testing::Test {
protected:
    scenario scenario_ = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])");
};

TEST_F(Turns, an_actor_waits_for_his) {
    manual_run run{scenario_, {}, {segmentation::whole, order_of(scenario_, "bob,alice")}};
    EXPECT_EQ(run.log(), (std::vector<std::string>{"bob connects", "bob sends CR pseudo=\"bob-t\"", "alice connects",
                                                   "alice sends CR pseudo=\"alice-t\""}));
}

TEST_F(Turns, the_next_begins_only_when_the_bytes_of_the_one_before_are_on_their_way) {
    manual_run run{scenario_, {}, {segmentation::whole, order_of(scenario_, "bob,alice")}, true};
    EXPECT_EQ(run.log(), (std::vector<std::string>{"bob connects", "bob sends CR pseudo=\"bob-t\""}));
    run.release_writes();
    EXPECT_EQ(run.log(), (std::vector<std::string>{"alice connects", "alice sends CR pseudo=\"alice-t\""}));
}

TEST_F(Turns, an_order_that_waits_for_its_own_future_is_given_up_and_fails_nobody) {
    const scenario scenario = two(R"([{"actor": "alice", "connect": true}, {"actor": "bob", "login": true},
                                  {"actor": "alice", "expect": {"packet": "SPM"}},
                                  {"actor": "alice", "send": {"packet": "ERROR", "code": 0}},
                                  {"actor": "bob", "send": {"packet": "SMA", "message": "x"}},
                                  {"actor": "bob", "expect": {"packet": "ERROR"}}])");
    manual_run run{scenario, {}, {segmentation::whole, order_of(scenario, "alice,bob,alice,bob")}};
    run.receives("bob", make_error(error_code::ok));
    (void)run.log();
    run.wait(999ms);
    EXPECT_EQ(run.log(), std::vector<std::string>{});
    EXPECT_EQ(run.deadline(), 1'000ms) << "half of what alice may wait for";
    run.wait_for_deadline();
    EXPECT_EQ(run.log(), std::vector<std::string>{"bob sends SMA message=\"x\""});
    run.receives("alice", make_spm("bob-t", "x"));
    run.receives("bob", make_error(error_code::ok));
    run.receives("bob", make_error(error_code::unreachable));
    run.closes("bob");
    run.closes("alice");
    ASSERT_TRUE(run.finished());
    const outcome result = run.result();
    EXPECT_FALSE(result.failure.has_value());
    EXPECT_TRUE(result.order_given_up);
}

}  // namespace
}  // namespace chatos::conformance
