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

std::vector<std::string> texts(const scenario& what, std::size_t chosen_max = 1'000) {
    std::vector<std::string> made;
    for (const schedule& one : orders_of(what, chosen_max).chosen) {
        made.push_back(schedule_text(one, what));
    }
    return made;
}

scenario two(const std::string& steps) {
    return make_scenario(steps, R"("actors": ["alice", "bob"],)");
}

schedule order_of(const scenario& what, const std::string& text) {
    return std::get<schedule>(parse_schedule(text, what));
}

std::string refusal(const scenario& what, const std::string& text) {
    const auto parsed = parse_schedule(text, what);
    return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "";
}

TEST(OrdersOf, logins_may_come_in_any_order) {
    EXPECT_EQ(texts(two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])")),
              (std::vector<std::string>{"alice,bob", "bob,alice"}));
}

TEST(OrdersOf, after_leaves_one) {
    const scenario what = two(R"([{"actor": "alice", "login": true, "id": "in"},
                                  {"actor": "bob", "login": true, "after": ["in"]}])");
    EXPECT_EQ(texts(what), std::vector<std::string>{"alice,bob"});
}

TEST(OrdersOf, an_actor_who_only_asks_for_himself_may_be_done_before_the_other_begins) {
    const scenario what = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true},
                                  {"actor": "bob", "send": {"packet": "RPM", "pseudo": "nobody"}},
                                  {"actor": "bob", "expect": {"packet": "ERROR", "code": 4}}])");
    EXPECT_EQ(texts(what), (std::vector<std::string>{"alice,bob*2", "bob,alice,bob", "bob*2,alice"}));
}

TEST(OrdersOf, nobody_acts_before_what_he_must_have_received) {
    // Bob answers what alice sends, and alice goes on when the answer has come back.
    const scenario what = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true, "id": "in"},
                                  {"actor": "alice", "send": {"packet": "SMA", "message": "x"}, "after": ["in"]},
                                  {"actor": "bob", "expect": {"packet": "SPM"}},
                                  {"actor": "bob", "send": {"packet": "ERROR", "code": 0}},
                                  {"actor": "alice", "expect": {"packet": "ERROR", "code": 0}},
                                  {"actor": "alice", "send": {"packet": "SMA", "message": "y"}}])");
    EXPECT_EQ(texts(what), (std::vector<std::string>{"alice,bob,alice,bob,alice", "bob,alice*2,bob,alice"}));
}

TEST(OrdersOf, a_choice_with_more_steps_may_wait_for_what_others_do_before_the_next_step) {
    const scenario what = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true, "id": "in"},
        {"actor": "bob", "expect": {"one_of": [
            {"name": "a", "steps": [{"expect": {"packet": "PC"}}, {"expect": {"packet": "SPM"}}]},
            {"name": "b", "steps": [{"expect": {"packet": "SPM"}}]}]}},
        {"actor": "alice", "send": {"packet": "SMA", "message": "x"}, "after": ["in"]},
        {"actor": "bob", "send": {"packet": "ERROR", "code": 0}}])");
    EXPECT_EQ(texts(what), (std::vector<std::string>{"alice,bob,alice,bob", "bob,alice*2,bob"}));
}

TEST(OrdersOf, effects_that_stand_before_their_causes_leave_only_what_after_says) {
    const scenario what = two(R"([{"actor": "alice", "connect": true}, {"actor": "bob", "connect": true},
                                  {"actor": "alice", "expect": {"packet": "SPM"}, "after": ["late"]},
                                  {"actor": "alice", "send": {"packet": "ERROR", "code": 0}, "id": "answer"},
                                  {"actor": "bob", "send": {"packet": "SMA", "message": "x"}, "id": "late"},
                                  {"actor": "bob", "expect": {"packet": "ERROR"}, "after": ["answer"]}])");
    const std::vector<std::string> found = texts(what);
    EXPECT_EQ(found, (std::vector<std::string>{"alice,bob*2,alice", "bob,alice,bob,alice", "bob*2,alice*2"}));
}

TEST(OrdersOf, chooses_as_many_as_are_wanted_spread_over_all) {
    std::string steps = "[";
    for (const char* actor : {"a", "b", "c", "d"}) {
        steps += std::string{steps.size() > 1 ? "," : ""} + R"({"actor": ")" + actor + R"(", "login": true})";
    }
    const scenario what = make_scenario(steps + "]", R"("actors": ["a", "b", "c", "d"],)");
    EXPECT_EQ(orders_of(what, 0).total, 24U);
    EXPECT_TRUE(orders_of(what, 0).chosen.empty());
    EXPECT_EQ(texts(what).size(), 24U);
    const std::vector<std::string> some = texts(what, 4);
    EXPECT_EQ(std::set<char>({some[0][0], some[1][0], some[2][0], some[3][0]}), (std::set<char>{'a', 'b', 'c', 'd'}));
    const std::vector<std::string> all = texts(what);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 24U);
}

TEST(OrdersOf, stops_counting_somewhere) {
    std::string steps = "[";
    for (const char* actor : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
        steps += std::string{steps.size() > 1 ? "," : ""} + R"({"actor": ")" + actor + R"(", "login": true})";
    }
    const scenario what = make_scenario(steps + "]", R"("actors": ["a", "b", "c", "d", "e", "f", "g", "h", "i"],)");
    const open_orders found = orders_of(what, 3);
    EXPECT_EQ(found.total, 100'000U);
    EXPECT_TRUE(found.total_is_bound);
    EXPECT_EQ(found.chosen.size(), 3U);
}

TEST(OrdersOf, every_builtin_scenario_leaves_at_least_one_and_each_can_be_said) {
    for (const scenario& one : make_catalog({}).loaded.scenarios) {
        const open_orders found = orders_of(one, 3);
        EXPECT_GE(found.chosen.size(), 1U) << one.id;
        for (const schedule& order : found.chosen) {
            EXPECT_EQ(order_of(one, schedule_text(order, one)).actors, order.actors) << one.id;
        }
    }
}

TEST(ParseSchedule, says_what_is_wrong_and_gives_an_example) {
    const scenario what = two(R"([{"actor": "alice", "login": true, "id": "in"},
                                  {"actor": "bob", "login": true, "after": ["in"]}])");
    EXPECT_EQ(refusal(what, "alice,bob"), "");
    EXPECT_EQ(refusal(what, "zoe"), what.id + " has no actor \"zoe\"; expected its actors in the order of their turns, "
                                              "for example alice,bob");
    const std::string not_open =
        "not an order that the `after` of " + what.id + " leaves open; it has 2 turns, for example alice,bob";
    for (const char* text : {"bob,alice", "alice", "alice,bob,bob", "alice*2", ""}) {
        EXPECT_EQ(refusal(what, text), not_open) << text;
    }
    for (const char* text : {"alice*", "alice*0", "alice*x,bob", "alice*99999999999999999999", "alice*-1"}) {
        EXPECT_NE(refusal(what, text).find("is no turn"), std::string::npos) << text;
    }
}

class Turns : public ::testing::Test {
protected:
    scenario what_ = two(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])");
};

TEST_F(Turns, an_actor_waits_for_his) {
    manual_run run{what_, {}, {segmentation::whole, order_of(what_, "bob,alice")}};
    EXPECT_EQ(run.log(), (std::vector<std::string>{"bob connects", "bob sends CR pseudo=\"bob-t\"", "alice connects",
                                                   "alice sends CR pseudo=\"alice-t\""}));
}

TEST_F(Turns, the_next_begins_only_when_the_bytes_of_the_one_before_are_on_their_way) {
    manual_run run{what_, {}, {segmentation::whole, order_of(what_, "bob,alice")}, true};
    EXPECT_EQ(run.log(), (std::vector<std::string>{"bob connects", "bob sends CR pseudo=\"bob-t\""}));
    run.release_writes();
    EXPECT_EQ(run.log(), (std::vector<std::string>{"alice connects", "alice sends CR pseudo=\"alice-t\""}));
}

TEST_F(Turns, an_order_that_waits_for_its_own_future_is_given_up_and_fails_nobody) {
    const scenario what = two(R"([{"actor": "alice", "connect": true}, {"actor": "bob", "login": true},
                                  {"actor": "alice", "expect": {"packet": "SPM"}},
                                  {"actor": "alice", "send": {"packet": "ERROR", "code": 0}},
                                  {"actor": "bob", "send": {"packet": "SMA", "message": "x"}},
                                  {"actor": "bob", "expect": {"packet": "ERROR"}}])");
    manual_run run{what, {}, {segmentation::whole, order_of(what, "alice,bob,alice,bob")}};
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
    const outcome seen = run.result();
    EXPECT_FALSE(seen.failure.has_value());
    EXPECT_TRUE(seen.order_given_up);
}

}  // namespace
}  // namespace chatos::conformance
