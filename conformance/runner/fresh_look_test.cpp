// Failures that come from what an earlier scenario left behind, over loopback TCP against a server that remembers.
#include "causes/causes.hpp"
#include "runner/suite.hpp"
#include "testing/fake_server.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace chatos::conformance {
namespace {

using testing::answer_politely;
using testing::answering;
using testing::error_bytes;
using testing::fake_server;
using testing::make_scenario;

/// Polite until an RPM for "poison-..." has come often enough: then every RPM is refused, until it is started again.
class remembering_server final : public server_implementation {
public:
    explicit remembering_server(unsigned doses_lethal) : doses_lethal_{doses_lethal} {}

    [[nodiscard]] std::string name() const override { return "remembering"; }
    [[nodiscard]] std::optional<std::string> lacks(const scenario& /*scenario*/) const override { return std::nullopt; }
    [[nodiscard]] std::optional<std::string> make_ready(const option_values& /*needs*/) override {
        if (!std::exchange(runs_, true)) {
            ++starts_;
            doses_ = 0;
        }
        return std::nullopt;
    }
    [[nodiscard]] const socket_address& address() const override { return address_; }
    [[nodiscard]] std::optional<std::string> death() override { return std::nullopt; }
    [[nodiscard]] std::optional<std::size_t> starts() const override {
        return is_ours_ ? std::optional{starts_} : std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> last_output() const override { return {}; }
    void discard() override { runs_ = !is_ours_; }

    /// From now on it cannot be started again.
    void be_foreign() { is_ours_ = false; }
    [[nodiscard]] std::size_t count_of_starts() const noexcept { return starts_; }

private:
    std::string answer(const packet_view& packet) {
        if (packet.op == opcode::rpm && packet.pseudo.starts_with("poison")) {
            ++doses_;
            return error_bytes(error_code::unreachable);
        }
        return packet.op == opcode::rpm && doses_ >= doses_lethal_ ? error_bytes(error_code::refused)
                                                                   : answer_politely(packet);
    }

    unsigned doses_lethal_;
    std::atomic<unsigned> doses_{0};
    bool runs_{false};
    bool is_ours_{true};
    std::size_t starts_{0};
    fake_server server_{answering([this](const packet_view& packet) { return answer(packet); })};
    socket_address address_{server_.address()};
};

/// Alice asks for that user and is told that there is none.
scenario asks_for(const std::string& id, const std::string& pseudo, int code = 4) {
    return make_scenario(R"([{"actor": "alice", "login": true},
                             {"actor": "alice", "send": {"packet": "RPM", "pseudo": ")" +
                             pseudo + R"("}},
                             {"actor": "alice", "expect": {"packet": "ERROR", "code": )" +
                             std::to_string(code) + "}}]",
                         R"("id": ")" + id + R"(", "rules": ["PM-2"], "actors": ["alice"], )");
}

class FreshLook : public ::testing::Test {
protected:
    FreshLook() { options_.run_tag = "test"; }

    void add(const scenario& scenario) { scenarios_.push_back(scenario); }
    void add_harmless(std::size_t count) {
        for (std::size_t index = 0; index < count; ++index) {
            add(asks_for("server.pm.harmless-" + std::to_string(scenarios_.size()), "nobody"));
        }
    }

    const suite_report& run(implementation& under_test) {
        std::vector<const scenario*> selected;
        for (const scenario& scenario : scenarios_) {
            selected.push_back(&scenario);
        }
        report_ = run_suite(selected, scenarios_, under_test, options_);
        return report_;
    }

    [[nodiscard]] static std::vector<std::string> ids_of(const std::vector<const scenario*>& scenarios) {
        std::vector<std::string> ids;
        for (const scenario* scenario : scenarios) {
            ids.push_back(scenario->id);
        }
        return ids;
    }

    std::vector<scenario> scenarios_;
    suite_options options_;
    suite_report report_;
};

TEST_F(FreshLook, names_the_scenario_that_left_a_trace_and_blames_it) {
    add_harmless(5);
    add(asks_for("server.pm.poison", "poison"));
    add(asks_for("server.pm.victim", "nobody"));
    add_harmless(3);
    remembering_server under_test{1};
    const scenario_report& victim = run(under_test).scenarios[6];
    ASSERT_EQ(victim.verdict, verdict::fail);
    ASSERT_TRUE(victim.fresh);
    EXPECT_TRUE(victim.fresh->passed);
    EXPECT_FALSE(victim.fresh->by_any);
    EXPECT_EQ(ids_of(victim.fresh->left_by), std::vector<std::string>{"server.pm.poison"});
    EXPECT_EQ(text_of(*victim.fresh),
              "passes on a fresh server: something earlier left a trace; it fails after server.pm.poison");
    const std::vector<cause> causes = causes_of(report_);
    ASSERT_EQ(causes.size(), 1U);
    EXPECT_EQ(causes.front().basis, cause_basis::trace);
    EXPECT_EQ(causes.front().begin_with().id, "server.pm.poison");
    EXPECT_EQ(causes.front().effects, std::vector<const scenario_report*>{&victim});
}

TEST_F(FreshLook, names_all_that_are_needed_for_a_trace) {
    for (int count = 0; count < 3; ++count) {
        add_harmless(2);
        add(asks_for("server.pm.poison-" + std::to_string(count), "poison"));
    }
    add(asks_for("server.pm.victim", "nobody"));
    remembering_server under_test{3};
    const scenario_report& victim = run(under_test).scenarios.back();
    ASSERT_TRUE(victim.fresh);
    EXPECT_EQ(ids_of(victim.fresh->left_by),
              (std::vector<std::string>{"server.pm.poison-0", "server.pm.poison-1", "server.pm.poison-2"}));
}

TEST_F(FreshLook, says_that_any_scenario_would_have_left_the_trace) {
    add(asks_for("server.pm.first", "poison"));
    add(asks_for("server.pm.second", "poison"));
    add(asks_for("server.pm.victim", "nobody"));
    remembering_server under_test{1};
    const scenario_report& victim = run(under_test).scenarios.back();
    ASSERT_TRUE(victim.fresh);
    EXPECT_TRUE(victim.fresh->by_any);
    EXPECT_NE(text_of(*victim.fresh).find("after any other scenario, server.pm.first for example"), std::string::npos);
}

TEST_F(FreshLook, blames_nobody_for_what_fails_on_a_fresh_server) {
    add_harmless(3);
    add(asks_for("server.pm.bad", "nobody", 0));
    remembering_server under_test{1};
    const scenario_report& bad = run(under_test).scenarios.back();
    ASSERT_TRUE(bad.fresh);
    EXPECT_FALSE(bad.fresh->passed);
    EXPECT_EQ(text_of(*bad.fresh), "");
    EXPECT_EQ(causes_of(report_).front().begin_with().id, "server.pm.bad");
}

TEST_F(FreshLook, is_bounded_in_runs) {
    for (int count = 0; count < 60; ++count) {
        add(asks_for("server.pm.bad-" + std::to_string(count), "nobody", 0));
    }
    remembering_server under_test{1};
    const auto& scenarios = run(under_test).scenarios;
    EXPECT_LE(std::count_if(scenarios.begin(), scenarios.end(), [](const auto& result) { return result.fresh; }), 24);
    EXPECT_LE(under_test.count_of_starts(), 60U + 25U);
}

TEST_F(FreshLook, is_not_to_be_had_where_the_server_is_not_ours_to_start_and_a_note_says_so) {
    add(asks_for("server.pm.bad", "nobody", 0));
    remembering_server under_test{1};
    under_test.be_foreign();
    EXPECT_FALSE(run(under_test).scenarios.back().fresh);
    ASSERT_EQ(report_.notes.size(), 1U);
    EXPECT_TRUE(report_.notes.front().starts_with("failures could not be repeated on a fresh server"));
}

TEST_F(FreshLook, is_not_taken_when_nothing_failed) {
    add_harmless(3);
    remembering_server polite{1};
    EXPECT_TRUE(run(polite).notes.empty());
    EXPECT_EQ(polite.count_of_starts(), 1U);
}

}  // namespace
}  // namespace chatos::conformance
