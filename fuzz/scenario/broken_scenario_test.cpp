// A property that cannot fail proves nothing: here is what a loader and an execution could do that is wrong, each in
// one way.
#include "scenario/check_invariants.hpp"
#include "scenario/load.hpp"
#include "scenario/load_properties.hpp"
#include "scenario/memory_meter.hpp"
#include "scenario/peers.hpp"
#include "scenario/simulated_network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace chatos::fuzz {
namespace {

using conformance::problem;

std::string property_of(const verdict& broken) {
    return broken ? std::string{broken->property} : "";
}

conformance::scenario scenario_of(std::string_view steps) {
    const std::string text =
        R"({"schema": 1, "id": "server.test.steps", "title": "a test", "rules": ["PM-4"], "actors": ["alice", "bob"],
            "steps": )" +
        std::string{steps} + "}";
    return std::get<conformance::scenario>(conformance::load_scenario(text, "test.json"));
}

TEST(broken_scenario, problems_without_a_place_are_found) {
    const std::string text = "{\n  \"schema\": 1,\n  \"a/b\": [true,\n  7]\n}";
    const auto property = [&](const problem& problem_found) {
        return property_of(check_places({problem_found}, text));
    };
    const std::string file{source_name};
    EXPECT_EQ(property({file, 1, "", "the key \"id\" is missing"}), "");
    EXPECT_EQ(property({file, 4, "/a~1b/1", "expected something"}), "");
    EXPECT_EQ(property({file, 0, "", "wrong"}), "places");
    EXPECT_EQ(property({file, 6, "", "wrong"}), "places");
    EXPECT_EQ(property({file, 3, "/a~1b/1", "wrong"}), "places");
    EXPECT_EQ(property({file, 4, "/a~1b/2", "wrong"}), "places");
    EXPECT_EQ(property({file, 3, "/a/b", "wrong"}), "places");
    EXPECT_EQ(property({file, 1, "", ""}), "places");
    EXPECT_EQ(property({"other.json", 1, "", "wrong"}), "places");
    EXPECT_EQ(property_of(check_places({}, text)), "places");
    EXPECT_EQ(property_of(check_places(std::vector<problem>(21, {file, 1, "", "wrong"}), text)), "places");
    const auto broken = [&](const problem& problem_found) {
        return property_of(check_places({problem_found}, "{\n \"a\""));
    };
    EXPECT_EQ(broken({file, 2, "", "column 5: this is not JSON"}), "");
    EXPECT_EQ(broken({file, 2, "", "column 6: this is not JSON"}), "places");
    EXPECT_EQ(broken({file, 2, "", "this is not JSON"}), "places");
    EXPECT_EQ(broken({file, 2, "/a", "column 5: this is not JSON"}), "places");
}

TEST(broken_scenario, two_loads_that_differ_are_found) {
    const loaded_scenario loaded = scenario_of(R"([{"actor": "bob", "expect": {"packet": "SMA", "message": "a"}}])");
    const loaded_scenario other = scenario_of(R"([{"actor": "bob", "expect": {"packet": "SMA", "message": "b"}}])");
    const loaded_scenario refused = std::vector<problem>{{"fuzz.json", 1, "", "wrong"}};
    const loaded_scenario refused_otherwise = std::vector<problem>{{"fuzz.json", 2, "", "wrong"}};
    EXPECT_EQ(property_of(check_same(loaded, loaded)), "");
    EXPECT_EQ(property_of(check_same(refused, refused)), "");
    EXPECT_EQ(property_of(check_same(loaded, other)), "same");
    EXPECT_EQ(property_of(check_same(loaded, refused)), "same");
    EXPECT_EQ(property_of(check_same(refused, refused_otherwise)), "same");
}

TEST(broken_scenario, a_loader_that_asks_for_too_much_memory_is_found) {
    EXPECT_EQ(property_of(check_memory(load_bytes_max(1024, 0), 1024, 0)), "");
    EXPECT_EQ(property_of(check_memory(load_bytes_max(1024, 0) + 1, 1024, 0)), "memory");
    EXPECT_LT(load_bytes_max(1024, 0), 5U * 1024 * 1024) << "a text of 1 KiB makes the loader ask for at most 5 MiB";
}

TEST(broken_scenario, the_meter_counts_where_a_sanitizer_is_linked) {
    const std::uint64_t before = bytes_allocated();
    const auto result = std::make_unique<std::array<char, 10'000>>();
    EXPECT_NE(result, nullptr);
#if defined(__SANITIZE_ADDRESS__)
    EXPECT_GE(bytes_allocated() - before, 10'000U);
#else
    EXPECT_GE(bytes_allocated(), before);
#endif
}

conformance::step_failure failure_at(std::string pointer) {
    conformance::step_failure result;
    result.rule = "PM-4";
    result.expected = "a";
    result.observed = "b";
    result.pointer = std::move(pointer);
    return result;
}

/// A run that went well: alice sends a CR, is answered, and the closing fence is answered.
class played_login : public ::testing::Test {
protected:
    played_login() {
        simulated_network network{scenario_};
        EXPECT_TRUE(play_along(network, scenario_, 0));
        actors_ = network.actors();
        observed_ = network.take_outcome();
    }
    std::string property(bool must_pass = true) {
        return property_of(check_end(scenario_, actors_, observed_, must_pass));
    }

    conformance::scenario scenario_ = scenario_of(R"([{"actor": "alice", "login": true},
        {"actor": "alice", "expect": {"unordered": [{"packet": "SPM", "message": "b"}, {"packet": "PC"}]}},
        {"actor": "alice", "expect": {"packet": "ERROR", "code": 5}, "optional": true}])");
    std::vector<simulated_actor> actors_;
    conformance::outcome observed_;
};

TEST_F(played_login, that_is_right_breaks_nothing) {
    EXPECT_EQ(property(), "");
}

TEST_F(played_login, with_an_event_that_no_step_used_is_found) {
    actors_[0].events.insert(actors_[0].events.begin() + 2, actors_[0].events[0]);
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, with_a_step_that_got_no_event_is_found) {
    actors_[0].events.erase(actors_[0].events.begin() + 1);
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, with_another_event_than_expected_is_found) {
    actors_[0].events[0].packet.code = error_code::pseudo_taken;
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, without_the_event_of_an_optional_step_is_right) {
    actors_[0].events.erase(actors_[0].events.begin() + 3);
    EXPECT_EQ(property(), "");
}

TEST_F(played_login, with_other_bytes_sent_is_found) {
    actors_[0].writes[0].back() = std::byte{'x'};
    // The peer has closed by then, so that sending nothing would be right as well.
    std::erase_if(actors_[0].events, conformance::is_whole_end);
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, with_bytes_that_no_step_sends_is_found) {
    actors_[1].writes.push_back({std::byte{6}, std::byte{0}});
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, with_a_fence_that_was_not_answered_is_found) {
    actors_[0].events.erase(actors_[0].events.begin() + 4);
    actors_[0].events.erase(actors_[0].events.begin() + 3);
    EXPECT_EQ(property(), "accounted");
}

TEST_F(played_login, that_fails_although_the_peer_did_what_was_wanted_is_found) {
    observed_.failure = failure_at("/steps/0");
    EXPECT_EQ(property(false), "");
    EXPECT_EQ(property(true), "conforms");
}

TEST_F(played_login, with_a_failure_that_says_nothing_is_found) {
    const auto changed = [&](auto change) {
        observed_.failure = failure_at("/steps/0");
        change(*observed_.failure);
        return property(false);
    };
    EXPECT_EQ(changed([](auto& wrong) { wrong.rule = "PM-99"; }), "verdict");
    EXPECT_EQ(changed([](auto& wrong) { wrong.pointer = "/steps/3"; }), "verdict");
    EXPECT_EQ(changed([](auto& wrong) { wrong.expected = ""; }), "verdict");
    EXPECT_EQ(changed([](auto& wrong) { wrong.observed = "a\x1b[2J"; }), "verdict");
}

TEST_F(played_login, with_choices_or_an_exchange_that_cannot_be_is_found) {
    observed_.choices["PM-4"] = "open";
    EXPECT_EQ(property(), "verdict");
    observed_.choices.clear();
    observed_.exchange.resize(201, observed_.exchange.front());
    EXPECT_EQ(property(), "verdict");
    observed_.exchange.resize(1);
    observed_.exchange.front().text.clear();
    EXPECT_EQ(property(), "verdict");
}

TEST(broken_scenario, requests_that_no_socket_could_serve_are_found) {
    const conformance::scenario scenario = scenario_of(R"([{"actor": "alice", "expect": {"packet": "ERROR"}}])");
    const auto property = [&](const conformance::network_request& request) {
        simulated_network network{scenario};
        network.perform(request);
        return property_of(network.broken());
    };
    const std::vector<std::byte> two(2);
    EXPECT_EQ(property(conformance::write_request{0, two, {1, 2}}), "");
    EXPECT_EQ(property(conformance::connect_request{0}), "requests");
    EXPECT_EQ(property(conformance::connect_request{2}), "requests");
    EXPECT_EQ(property(conformance::write_request{1, two, {2}}), "requests");
    EXPECT_EQ(property(conformance::write_request{0, two, {1}}), "requests");
    EXPECT_EQ(property(conformance::write_request{0, two, {}}), "requests");
    EXPECT_EQ(property(conformance::end_request{1, conformance::close_how::fin}), "requests");
    EXPECT_EQ(property(conformance::reading_request{1, true}), "requests");
}

TEST(broken_scenario, an_execution_that_waits_too_often_is_found) {
    const conformance::scenario few = scenario_of(R"([{"actor": "alice", "expect": {"silence_ms": 1}}])");
    conformance::scenario many = few;
    while (many.steps.size() < 50) {
        many.steps.push_back(many.steps.front());
    }
    simulated_network network{many};
    EXPECT_EQ(property_of(play_script(network, many, {})), "");
    simulated_network again{many};
    EXPECT_EQ(property_of(play_script(again, few, {})), "ends") << "as many waits as a scenario of one step may have";
}

}  // namespace
}  // namespace chatos::fuzz
