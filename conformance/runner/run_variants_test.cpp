// Scenarios in several variants, and several at a time, over real loopback TCP.
#include "runner/suite.hpp"
#include "testing/fake_implementation.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

namespace chatos::conformance {
namespace {

using testing::answer_politely;
using testing::answering;
using testing::error_bytes;
using testing::fake_implementation;
using testing::fake_server;
using testing::make_scenario;
using testing::server_behavior;

scenario polite_scenario(const std::string& id, const std::string& keys = "", int code = 4) {
    return make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true},
                             {"actor": "alice", "send": {"packet": "RPM", "pseudo": "nobody"}},
                             {"actor": "alice", "expect": {"packet": "ERROR", "code": )" +
                             std::to_string(code) + "}}]",
                         R"("id": ")" + id + R"(", "rules": ["PM-2"], "actors": ["alice", "bob"],)" + keys);
}

/// Refuses all clients in the run with this number, and is polite in all others.
server_behavior refusing_in_run(char number) {
    return answering([number](const packet_view& packet) {
        const bool refused = packet.op == opcode::cr && packet.pseudo.back() == number;
        return refused ? error_bytes(error_code::refused) : answer_politely(packet);
    });
}

class Ways : public ::testing::Test {
protected:
    Ways() {
        options_.run_tag = "ways";
        options_.time_factor = 0.5;
    }
    suite_report run(const server_behavior& behavior) {
        fake_server server{behavior};
        fake_implementation under_test{server, {}};
        std::vector<const scenario*> selected;
        for (const scenario& scenario : scenarios_) {
            selected.push_back(&scenario);
        }
        return run_suite(selected, scenarios_, under_test, options_);
    }

    std::vector<scenario> scenarios_{polite_scenario("one")};
    suite_options options_;
};

TEST_F(Ways, one_that_makes_a_difference_is_a_failure_of_wire_13_that_says_so) {
    options_.segments = {segmentation::whole, segmentation::boundaries, segmentation::bytes};
    const suite_report report = run(refusing_in_run('2'));
    const scenario_report& result = report.scenarios.front();
    EXPECT_EQ(result.verdict, verdict::fail);
    EXPECT_EQ(result.failed_rules, std::vector<std::string>{"WIRE-13"});
    EXPECT_TRUE(result.why.starts_with("passes when sent whole, but not when sent byte by byte: expected: "))
        << result.why;
    EXPECT_EQ(result.variant_arguments, "--segment whole,bytes");
    EXPECT_NE(result.hint.find("collect bytes"), std::string::npos);
    ASSERT_EQ(result.variants.size(), 3U);
    EXPECT_EQ(result.variants[1].verdict, verdict::pass);
    EXPECT_EQ(result.variants[2].verdict, verdict::fail);
}

TEST_F(Ways, those_that_make_none_pass) {
    options_.segments = {segmentation::whole, segmentation::bytes, segmentation::boundaries};
    const suite_report report = run(answering(answer_politely));
    EXPECT_EQ(report.scenarios.front().verdict, verdict::pass) << report.scenarios.front().why;
    EXPECT_EQ(report.scenarios.front().variants.size(), 3U);
    EXPECT_EQ(report.notes.size(), 1U);
}

TEST_F(Ways, a_known_failure_covers_the_difference) {
    options_.segments = {segmentation::whole, segmentation::bytes};
    options_.known_failures = {{"WIRE-13", "reads once"}};
    EXPECT_EQ(run(refusing_in_run('1')).scenarios.front().verdict, verdict::known_failure);
}

TEST_F(Ways, what_fails_in_the_first_is_not_tried_in_the_others) {
    options_.segments = {segmentation::whole, segmentation::bytes};
    scenarios_ = {polite_scenario("bad", "", 0)};
    const suite_report report = run(answering(answer_politely));
    EXPECT_EQ(report.scenarios.front().failed_rules, std::vector<std::string>{"PM-2"});
    EXPECT_EQ(report.scenarios.front().variants.size(), 1U);
    EXPECT_EQ(report.scenarios.front().variant_arguments, "");
}

TEST_F(Ways, an_order_that_makes_a_difference_says_the_schedule_that_repeats_it) {
    options_.interleave = 100;
    scenarios_ = {make_scenario(R"([{"actor": "alice", "login": true}, {"actor": "bob", "login": true}])",
                                R"("id": "one", "actors": ["alice", "bob"],)")};
    const suite_report report = run(refusing_in_run('2'));
    const scenario_report& result = report.scenarios.front();
    EXPECT_EQ(result.verdict, verdict::fail);
    EXPECT_EQ(result.failed_rules, std::vector<std::string>{"CONN-1"});
    EXPECT_TRUE(result.why.starts_with("passes in the scenario's own order, but not in this order of turns: "))
        << result.why;
    EXPECT_EQ(result.variant_arguments, "--schedule bob,alice");
    EXPECT_EQ(result.orders.open, 2U);
    EXPECT_EQ(result.orders.ran, 2U);
    EXPECT_EQ(report.notes.front(),
              "orders: 2 of 2 that the scenarios leave open ran; 1 scenario leaves more than one open");
}

TEST_F(Ways, one_order_is_as_good_as_another_to_a_server_that_takes_all) {
    options_.interleave = 100;
    const suite_report report = run(answering(answer_politely));
    const scenario_report& result = report.scenarios.front();
    EXPECT_EQ(result.verdict, verdict::pass) << result.why;
    EXPECT_EQ(result.orders.open, 3U);
    EXPECT_EQ(result.orders.ran, 3U);
    EXPECT_EQ(result.orders.given_up, 0U);
}

class Jobs : public Ways {
protected:
    /// As many servers as jobs; each notes who came to it.
    suite_report run_on(std::size_t jobs, const std::function<std::string(const packet_view&)>& answer) {
        std::deque<fake_server> servers;
        std::deque<fake_implementation> under_test;
        std::vector<implementation*> pointers;
        for (std::size_t job = 0; job < jobs; ++job) {
            servers.emplace_back(answering(answer));
            pointers.push_back(&under_test.emplace_back(servers.back(), std::set<std::string>{}));
        }
        std::vector<const scenario*> selected;
        for (const scenario& scenario : scenarios_) {
            selected.push_back(&scenario);
        }
        suite_report report = run_suite(selected, scenarios_, pointers, options_);
        for (const fake_server& server : servers) {
            visitors_.push_back(server.visitors());
        }
        return report;
    }
    std::vector<unsigned> visitors_;
};

TEST_F(Jobs, give_the_same_report_in_the_same_order) {
    scenarios_.clear();
    for (int number = 0; number < 20; ++number) {
        const std::string id = std::string{"s"} + static_cast<char>('a' + number);
        const std::string control = number % 5 == 0 ? "" : R"("control": "sf",)";
        scenarios_.push_back(polite_scenario(id, number == 5 ? "" : control, number % 7 == 6 ? 0 : 4));
    }
    const suite_report serial = run_on(1, answer_politely);
    const suite_report parallel = run_on(4, answer_politely);
    ASSERT_EQ(serial.scenarios.size(), parallel.scenarios.size());
    for (std::size_t index = 0; index < serial.scenarios.size(); ++index) {
        EXPECT_EQ(serial.scenarios[index].scenario, parallel.scenarios[index].scenario);
        EXPECT_EQ(serial.scenarios[index].verdict, parallel.scenarios[index].verdict);
        EXPECT_EQ(serial.scenarios[index].failed_rules, parallel.scenarios[index].failed_rules);
    }
    EXPECT_EQ(parallel.count(verdict::pass), 18U);
}

TEST_F(Jobs, run_on_a_server_each) {
    scenarios_.clear();
    for (int number = 0; number < 8; ++number) {
        scenarios_.push_back(polite_scenario(std::string{"s"} + static_cast<char>('a' + number)));
    }
    // Nobody is answered before a second server has been asked: a job alone would wait in vain.
    std::mutex mutex;
    std::condition_variable changed;
    std::set<std::thread::id> threads;
    const suite_report report = run_on(2, [&](const packet_view& packet) {
        std::unique_lock lock{mutex};
        threads.insert(std::this_thread::get_id());
        changed.notify_all();
        changed.wait_for(lock, std::chrono::milliseconds{500}, [&] { return threads.size() >= 3; });
        return answer_politely(packet);
    });
    EXPECT_EQ(report.count(verdict::pass), 8U);
    EXPECT_GT(visitors_[0], 0U);
    EXPECT_GT(visitors_[1], 0U);
}

TEST_F(Jobs, a_control_that_fails_stops_what_depends_on_it_whoever_runs_it) {
    scenarios_ = {polite_scenario("a-control", "", 0)};
    for (const char* id : {"b", "c", "d", "e", "f"}) {
        scenarios_.push_back(polite_scenario(id, R"("control": "a-control",)"));
    }
    const suite_report report = run_on(3, answer_politely);
    EXPECT_EQ(report.count(verdict::fail), 1U);
    EXPECT_EQ(report.count(verdict::not_testable), 5U);
}

}  // namespace
}  // namespace chatos::conformance
