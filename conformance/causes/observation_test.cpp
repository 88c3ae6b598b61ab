#include "causes/observation.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::conformance::testing {
namespace {

using kind = traffic_entry::kind;
using namespace std::chrono_literals;

/// Traffic between the runner's actors alice (0), bob (1) and carol (2) and a server.
class made_up_traffic {
public:
    made_up_traffic& add(std::size_t actor, kind type, const std::string& bytes = "") {
        now_ += 1ms;
        log_.add(now_, actor, type, std::as_bytes(std::span{bytes.data(), bytes.size()}));
        return *this;
    }
    made_up_traffic& login(std::size_t actor, const std::string& pseudo) {
        add(actor, kind::connected);
        add(actor, kind::sent, std::string{"\1\0", 2} + static_cast<char>(pseudo.size()) + pseudo);
        return add(actor, kind::received, std::string{"\6\0", 2});
    }

    [[nodiscard]] observation observed(bool failed = true) const { return observe(log_, scenario_, failed); }
    [[nodiscard]] bool has(circumstance which) const {
        return observed(false).circumstances.test(static_cast<std::size_t>(which));
    }
    [[nodiscard]] const traffic_log& log() const { return log_; }
    [[nodiscard]] const scenario& of() const { return scenario_; }

private:
    scenario scenario_ = make_scenario(R"([{"actor": "alice", "login": true}])");
    traffic_log log_;
    moment now_{0};
};

const std::string sma{"\4\0\0\0\2hi", 7};
const std::string rpm_bob{"\2\0\3bob", 6};
const std::string ok{"\6\0", 2};

TEST(Observe, names_the_rule_that_the_traffic_breaks_whatever_the_steps_were_after) {
    made_up_traffic traffic;
    traffic.login(0, "al").login(1, "bob").add(0, kind::sent, sma);
    const std::string echo{"\3\0\2al\0\0\0\2hi", 11};
    traffic.add(1, kind::received, echo).add(0, kind::received, echo);
    EXPECT_EQ(traffic.observed().broken_rule, "ALL-2");
    EXPECT_NE(traffic.observed().actual.find("SPM"), std::string::npos);
    EXPECT_EQ(traffic.observed(false).broken_rule, "");
}

TEST(Observe, names_no_rule_when_nothing_came) {
    made_up_traffic traffic;
    traffic.login(0, "al").login(1, "bob").add(0, kind::sent, rpm_bob);
    EXPECT_EQ(traffic.observed().broken_rule, "");
}

TEST(Observe, sees_packets_that_were_joined_or_split) {
    made_up_traffic whole;
    whole.login(0, "al").add(0, kind::sent, rpm_bob);
    EXPECT_FALSE(whole.has(circumstance::split_or_joined));
    made_up_traffic joined;
    joined.login(0, "al").add(0, kind::sent, rpm_bob + rpm_bob);
    EXPECT_TRUE(joined.has(circumstance::split_or_joined));
    made_up_traffic split;
    split.login(0, "al").add(0, kind::sent, rpm_bob.substr(0, 2)).add(0, kind::sent, rpm_bob.substr(2));
    EXPECT_TRUE(split.has(circumstance::split_or_joined));
    made_up_traffic unfinished;
    unfinished.login(0, "al").add(0, kind::sent, rpm_bob.substr(0, 2));
    EXPECT_FALSE(unfinished.has(circumstance::split_or_joined));
}

TEST(Observe, sees_who_acts_while_somebody_waits) {
    made_up_traffic traffic;
    traffic.login(0, "al").login(1, "bob").add(0, kind::sent, sma);
    EXPECT_FALSE(traffic.has(circumstance::others_wait));
    traffic.add(1, kind::sent, ok);
    EXPECT_FALSE(traffic.has(circumstance::others_wait)) << "the recipient's answer is what is waited for";
    made_up_traffic others = traffic;
    EXPECT_TRUE(others.login(2, "carol").has(circumstance::others_wait));
    made_up_traffic same = traffic;
    EXPECT_FALSE(same.has(circumstance::asks_while_waiting));
    EXPECT_TRUE(same.add(0, kind::sent, rpm_bob).has(circumstance::asks_while_waiting));
    EXPECT_FALSE(same.has(circumstance::answers_while_waiting));
    EXPECT_TRUE(same.add(0, kind::sent, ok).has(circumstance::answers_while_waiting));
}

TEST(Observe, sees_who_left_and_what_is_beyond_ascii) {
    made_up_traffic traffic;
    traffic.login(0, "al").add(0, kind::fin_sent);
    EXPECT_FALSE(traffic.has(circumstance::user_left));
    EXPECT_FALSE(traffic.has(circumstance::beyond_ascii));
    traffic.login(1, "\xc3\xa9");
    EXPECT_TRUE(traffic.has(circumstance::user_left));
    EXPECT_TRUE(traffic.has(circumstance::beyond_ascii));
}

TEST(TraceOf, trusts_nothing_behind_bytes_that_were_not_kept) {
    made_up_traffic traffic;
    traffic.login(0, "al");
    traffic_log log = traffic.log();
    const std::string message(70'000, 'm');
    const std::string large = std::string{"\4\0\1\x11\x70", 5} + message;
    log.add(1s, 0, kind::sent, std::as_bytes(std::span{large.data(), large.size()}));
    log.shorten();
    const trace observed = trace_of(log, traffic.of());
    EXPECT_FALSE(observed.connections[0].from(side::client).is_trusted());
    EXPECT_TRUE(observed.connections[0].from(side::server).is_trusted());
    ASSERT_EQ(observed.connections[0].from(side::client).packets.size(), 1U);
}

}  // namespace
}  // namespace chatos::conformance::testing
