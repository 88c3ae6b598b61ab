// Row 7: the server's process stands still for longer than its time limits (a suspended machine, a debugger, a full
// processor), while clients answer, complete packets and register in time.
#include "attack/attack_table.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>

namespace chatos::attack {

namespace {

using member = crowd::member;
using steady = std::chrono::steady_clock;

struct limits_ms {
    std::chrono::milliseconds answer;
    std::chrono::milliseconds login;
    std::chrono::milliseconds stop;
};

// What happened in one try.
struct observation {
    bool was_in_time{false};  ///< this machine was fast enough up to the stop for the try to mean anything
    std::uint64_t answered_before_stop_ended{0};
    std::uint64_t answered_after{0};
    bool half_packet_served{false};
    bool half_login_served{false};
    bool any_closed{false};
    double late{0};
    double timed_out{0};
};

observation stop_once(trial& attacked, const limits_ms& limits) {
    crowd& attackers = attacked.attackers;
    const std::vector<member*> users = attackers.join("user", 4);
    member& sender = *users[0];
    member& answers_meanwhile = *users[1];
    member& answers_after = *users[2];
    member& sends_half = *users[3];
    answers_meanwhile.answers = answers_after.answers = false;
    for (const member* recipient : {&answers_meanwhile, &answers_after}) {
        attackers.send(sender, make_rpm(recipient->pseudo));
    }
    static_cast<void>(attackers.run_until([&] { return sender.by_code[0] == 2; }));
    const samples before = attacked.server.scrape();

    // Everything below must have begun, and nothing be over, when the server stops.
    const auto began = steady::now();
    const std::string half = bytes_of(make_rpm(sender.pseudo));
    const std::string half_login = bytes_of(make_cr("logs-in-slowly"));
    member& logs_in = attackers.connect();
    attackers.send(sends_half, std::string_view{half}.substr(0, 3));
    attackers.send(logs_in, std::string_view{half_login}.substr(0, 3));
    attackers.send(sender,
                   bytes_of(make_spm(answers_meanwhile.pseudo, "1")) + bytes_of(make_spm(answers_after.pseudo, "2")));
    static_cast<void>(
        attackers.run_until([&] { return answers_meanwhile.deliveries == 1 && answers_after.deliveries == 1; }));
    attackers.run_for(limits.answer / 10);
    observation result;
    result.was_in_time = steady::now() - began < limits.answer / 2;
    attacked.server.signal(SIGSTOP);
    std::this_thread::sleep_for(limits.stop / 2);
    const std::string ok = bytes_of(make_error(error_code::ok));
    attackers.send(answers_meanwhile, ok);
    attackers.send(sends_half, std::string_view{half}.substr(3));
    attackers.send(logs_in, std::string_view{half_login}.substr(3));
    std::this_thread::sleep_for(limits.stop / 2);
    attacked.server.signal(SIGCONT);
    // The sender's answers come in order (FLOW-1): the first while the second is still owed.
    static_cast<void>(attackers.run_until([&] { return sender.answers_received() >= 3 || sender.ended; }));
    result.answered_before_stop_ended = sender.by_code[0] - 2;
    attackers.send(answers_after, ok);
    static_cast<void>(attackers.run_until([&] { return sender.answers_received() >= 4 || sender.ended; }));
    result.answered_after = sender.by_code[0] - 2 - result.answered_before_stop_ended;
    static_cast<void>(attackers.run_until(
        [&] {
            return (sends_half.answers_received() != 0 || sends_half.ended) &&
                   (logs_in.answers_received() != 0 || logs_in.ended);
        },
        std::chrono::seconds{20}));
    result.half_packet_served = sends_half.by_code[0] == 1;
    result.half_login_served = logs_in.by_code[0] == 1;
    attackers.run_for(std::chrono::milliseconds{100});
    result.any_closed = attackers.ended() != 0;
    const samples after = attacked.server.scrape();
    const auto grown = [&](const char* name) { return sample_of(after, name) - sample_of(before, name); };
    result.late = grown("chatos_answers_late_total");
    result.timed_out = grown("chatos_deliveries_settled_total{cause=\"time_limit\"}");
    return result;
}

}  // namespace

void stop_the_server(findings& to, const setting& how) {
    using std::chrono::milliseconds;
    // The defaults, but the login timeout: the stop is to exceed it too.
    const limits_ms limits = how.quick ? limits_ms{milliseconds{1'500}, milliseconds{1'500}, milliseconds{2'000}}
                                       : limits_ms{milliseconds{5'000}, milliseconds{5'000}, milliseconds{6'000}};
    constexpr int tries_max = 5;
    for (int i = 0; i < tries_max; ++i) {
        // Innocents' own deliveries could run out of time on a slow machine before the stop.
        trial attacked{to,
                       how,
                       {.flags = {"--answer-timeout-ms", std::to_string(limits.answer.count()), "--login-timeout-ms",
                                  std::to_string(limits.login.count())},
                        .pairs = 2}};
        const observation result = stop_once(attacked, limits);
        if (!result.was_in_time && i + 1 < tries_max) {
            continue;  // the machine was too slow
        }
        to.check("an answer that came during the stop", "counts",
                 result.answered_before_stop_ended == 1 ? "counts" : "late", result.answered_before_stop_ended == 1);
        to.check("an answer right after the stop", "counts", result.answered_after == 1 ? "counts" : "late",
                 result.answered_after == 1);
        to.check("the second half of a packet", "is served", result.half_packet_served ? "is served" : "ERROR 5",
                 result.half_packet_served);
        to.check("the second half of a CR", "is served", result.half_login_served ? "is served" : "ERROR 5",
                 result.half_login_served);
        to.check("answers counted as late, deliveries as timed out", "0, 0",
                 count_text(static_cast<std::uint64_t>(result.late)) + ", " +
                     count_text(static_cast<std::uint64_t>(result.timed_out)),
                 result.late == 0 && result.timed_out == 0);
        to.check("attackers closed", "none", result.any_closed ? "one or more" : "none", !result.any_closed);
        const innocent_figures innocent = attacked.bystanders.figures();
        to.check("innocents answered 4 or 5", "none",
                 count_text(innocent.answered_unreachable + innocent.answered_otherwise),
                 innocent.answered_unreachable + innocent.answered_otherwise == 0);
        attacked.end();
        return;
    }
}

}  // namespace chatos::attack
