// Servers that do next to nothing must not get far: all built-in scenarios, over real loopback TCP.
#include "runner/suite.hpp"
#include "scenario/catalog.hpp"
#include "testing/fake_implementation.hpp"
#include "testing/manual_run.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::fake_implementation;
using testing::fake_server;
using testing::server_behavior;
using testing::visitor;

const catalog& all_scenarios() {
    selection servers;
    servers.role = test_role::server;
    static const catalog_result result = make_catalog(servers);
    return result.loaded;
}

/// No scenario that wants the server to say no passes, and three of four in all fail or cannot be tested.
void expect_it_gets_nowhere(const server_behavior& behavior, double time_factor) {
    fake_server server{behavior};
    fake_implementation under_test{server, testing::every_option()};
    suite_options options;
    options.run_tag = "test";
    options.time_factor = time_factor;
    options.extensions = {"tunnel"};
    const catalog& all = all_scenarios();
    const suite_report report = run_suite(all.selected, all.scenarios, under_test, options);
    ASSERT_EQ(report.scenarios.size(), all.selected.size());
    std::string passed;
    for (const scenario_report& result : report.scenarios) {
        EXPECT_TRUE(!expects_refusal(*result.scenario) || result.verdict != verdict::pass)
            << result.scenario->id << " expects a refusal: " << verdict_name(result.verdict) << ' ' << result.why;
        passed += result.verdict == verdict::pass ? ' ' + result.scenario->id : "";
    }
    EXPECT_GE(report.count(verdict::fail) + report.count(verdict::not_testable), all.selected.size() * 3 / 4)
        << "passed:" << passed;
}

/// Says the same to every packet, and to malformed bytes as well.
server_behavior says_to_everything(error_code code) {
    return [code](visitor& guest, fake_server& /*server*/) {
        std::string unread;
        while (const auto bytes = guest.receive()) {
            unread += *bytes;
            for (decode_status status = decode_status::complete;
                 status == decode_status::complete && !unread.empty();) {
                const decode_result result = decode(std::as_bytes(std::span{unread}));
                status = result.status;
                if (status != decode_status::incomplete && !guest.send(testing::error_bytes(code))) {
                    return;
                }
                unread.erase(0, status == decode_status::malformed ? unread.size() : result.consumed);
            }
        }
    };
}

TEST(DegenerateServers, one_that_hangs_up_at_once) {
    expect_it_gets_nowhere([](visitor&, fake_server&) {}, 0.1);
}

TEST(DegenerateServers, one_that_resets_at_once) {
    expect_it_gets_nowhere([](visitor& guest, fake_server&) { guest.reset_on_close(); }, 0.1);
}

TEST(DegenerateServers, one_that_hangs_up_at_the_first_byte) {
    expect_it_gets_nowhere([](visitor& guest, fake_server&) { (void)guest.receive(); }, 0.1);
}

TEST(DegenerateServers, one_that_says_ok_to_everything) {
    expect_it_gets_nowhere(says_to_everything(error_code::ok), 0.05);
}

TEST(DegenerateServers, one_that_says_taken_to_everything) {
    expect_it_gets_nowhere(says_to_everything(error_code::pseudo_taken), 0.05);
}

TEST(DegenerateServers, one_that_refuses_everything_and_hangs_up) {
    expect_it_gets_nowhere(
        [](visitor& guest, fake_server&) {
            (void)guest.receive();
            (void)guest.send(testing::error_bytes(error_code::refused));
        },
        0.05);
}

TEST(DegenerateServers, one_that_says_nothing) {
    expect_it_gets_nowhere([](visitor& guest, fake_server&) { guest.drain(); }, 0.05);
}

TEST(DegenerateServers, one_that_says_garbage) {
    expect_it_gets_nowhere(
        [](visitor& guest, fake_server&) {
            (void)guest.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            guest.drain();
        },
        0.05);
}

TEST(DegenerateServers, one_that_floods) {
    std::string flood;
    for (int count = 0; count < 20'000; ++count) {
        flood += testing::error_bytes(error_code::ok);
    }
    expect_it_gets_nowhere(
        [&flood](visitor& guest, fake_server&) {
            (void)guest.send(flood);
            guest.drain();
        },
        0.05);
}

TEST(DegenerateServers, one_that_drips_a_packet_without_end) {
    expect_it_gets_nowhere(
        [](visitor& guest, fake_server&) {
            const std::string message(100, 'p');
            const std::string packet = testing::wire(make_spm("drip", message));
            for (std::size_t at = 0; at + 1 < packet.size() && guest.send(packet.substr(at, 1)); ++at) {
            }
            guest.drain();
        },
        0.05);
}

TEST(DegenerateServers, one_that_breaks_off_in_the_middle_of_an_answer) {
    expect_it_gets_nowhere(
        [](visitor& guest, fake_server&) {
            (void)guest.receive();
            (void)guest.send("\x06");
        },
        0.1);
}

}  // namespace
}  // namespace chatos::conformance
