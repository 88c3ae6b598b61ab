// Rows 1, 2 and 11: messages that make the server hold, write or wait.
#include "attack/attack_table.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

namespace chatos::attack {

namespace {

using member = crowd::member;
using steady = std::chrono::steady_clock;

constexpr std::size_t message_bytes = 65'000;

// Row 1: the recipients read nothing and answer blindly, so that nothing they owe runs out of time.
class filled_recipients {
public:
    filled_recipients(crowd& attackers, std::size_t count)
        : crowd_{attackers}, sender_{attackers.join("fills", 1).front()} {
        constexpr int small_buffer = 4'096;
        crowd_.receive_buffer_bytes = small_buffer;
        recipients_ = attackers.join("deaf", count);
        for (member* recipient : recipients_) {
            crowd_.set_reading(*recipient, false);
            messages_.push_back(bytes_of(make_rpm(recipient->pseudo)) + messages_to(*recipient));
        }
    }

    /// Sends one more message to each of the next few, and answers for all.
    void turn() {
        constexpr std::size_t waiting_max = std::size_t{1} << 20U;
        crowd_.turn(std::chrono::milliseconds{1});
        while (sender_->unsent_bytes() < waiting_max && !sender_->ended) {
            crowd_.send(*sender_, messages_[next_]);
            sent_bytes_ += message_bytes;
            next_ = (next_ + 1) % messages_.size();
        }
        if (const auto now = steady::now(); now > answer_at_) {
            answer_at_ = now + std::chrono::milliseconds{50};
            for (member* recipient : recipients_) {
                static_cast<void>(crowd_.send_what_fits(*recipient, answers_));
            }
        }
    }
    [[nodiscard]] std::uint64_t sent_bytes() const noexcept { return sent_bytes_; }

private:
    // Small ones take up what is left of the bound when no large one fits any more.
    static std::string messages_to(const member& recipient) {
        static const std::string text(message_bytes, 'm');
        return bytes_of(make_spm(recipient.pseudo, text)) + repeated(bytes_of(make_spm(recipient.pseudo, "")), 2);
    }

    crowd& crowd_;
    member* sender_;
    std::vector<member*> recipients_;
    std::vector<std::string> messages_;
    std::size_t next_{0};
    std::uint64_t sent_bytes_{0};
    steady::time_point answer_at_{};
    const std::string answers_{repeated(bytes_of(make_error(error_code::ok)), 64)};
};

// Nearly full, or the server has begun to do something about it.
bool bound_is_reached(const samples& now, const samples& before, double bytes_max) {
    constexpr double last_messages_bytes = 4 * message_bytes;
    return sum_of(now, "chatos_closed_total") > sum_of(before, "chatos_closed_total") ||
           sample_of(now, "chatos_output_memory_bytes") > bytes_max - last_messages_bytes;
}

void check_the_memory(findings& to, const trial& attacked, double before, double most) {
    constexpr double left_over_max = 64.0 * 1'024 * 1'024;
    constexpr auto timeout = std::chrono::seconds{10};
    const auto until = steady::now() + timeout;
    double now = attacked.server.resident_bytes();
    while (now > before + left_over_max && steady::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        now = attacked.server.resident_bytes();
    }
    to.check_time("memory after the attack", "at most 64 MiB more than before",
                  bytes_text(before) + ", " + bytes_text(most) + ", " + bytes_text(now), now <= before + left_over_max);
}

}  // namespace

void fill_the_output(findings& to, const setting& how) {
    // The default of a machine with 4 GiB or more; a sixteenth of it, with as many bytes for each client, is as good.
    const std::size_t bytes_max = how.quick ? std::size_t{64} << 20U : std::size_t{1} << 30U;
    trial attacked{to, how, {.flags = {"--total-output-bytes-max", std::to_string(bytes_max)}}};
    const double resident_before = attacked.server.resident_bytes();
    const samples before = attacked.server.scrape();
    const std::size_t lines_before = attacked.server.await_log_lines("event=", 1);  // started
    filled_recipients recipients{attacked.attackers, how.quick ? 24U : 280U};

    constexpr auto fill_timeout = std::chrono::seconds{60};
    constexpr auto look_every = std::chrono::milliseconds{200};
    const auto began = steady::now();
    auto look_at = began;
    bool is_reached = false;
    double resident_most = 0;
    while (!is_reached && steady::now() < began + fill_timeout) {
        recipients.turn();
        if (steady::now() > look_at) {
            look_at = steady::now() + look_every;
            is_reached = bound_is_reached(attacked.server.scrape(), before, static_cast<double>(bytes_max));
            resident_most = std::max(resident_most, attacked.server.resident_bytes());
        }
    }
    to.note("until a bound is reached", time_text(steady::now() - began) + ", " +
                                            bytes_text(static_cast<double>(recipients.sent_bytes())) + " sent");
    attacked.bystanders.begin();
    const auto reached = steady::now();
    constexpr std::uint64_t messages_wanted = 400;
    const auto hold = how.quick ? std::chrono::seconds{0} : std::chrono::seconds{8};
    while ((steady::now() < reached + hold || attacked.bystanders.figures().answered() < messages_wanted) &&
           steady::now() < reached + std::chrono::minutes{1}) {
        recipients.turn();
    }
    resident_most = std::max(resident_most, attacked.server.resident_bytes());
    const innocent_figures innocent = attacked.bystanders.figures();
    to.check("innocents answered 4", "at most 1 %",
             share_text(innocent.answered_unreachable, innocent.answered()) + " of " + count_text(innocent.answered()),
             innocent.answered() >= messages_wanted && innocent.answered_unreachable * 100 <= innocent.answered());
    const samples after = attacked.server.scrape();
    const double closed = sum_of(after, "chatos_closed_total") - sum_of(before, "chatos_closed_total");
    to.check("closed by the bound", "1 or more, counted", count_text(static_cast<std::uint64_t>(closed)), closed >= 1);
    const std::size_t lines = attacked.server.await_log_lines("event=", lines_before + 1) - lines_before;
    to.check("log lines", "1 or more, at most 1 each", count_text(lines),
             lines >= 1 && static_cast<double>(lines) <= closed + 1);
    to.note("innocents' round trips",
            "p50 " + time_text(innocent.at_per_mille(500)) + ", p99 " + time_text(innocent.at_per_mille(990)));
    attacked.attackers.close_all();
    if (!how.quick) {
        check_the_memory(to, attacked, resident_before, resident_most);
    }
    attacked.end();
}

namespace {

// Row 2. Keeps `senders` busy with messages to all for `time`, or until each has sent `each_max`.
class message_flood {
public:
    message_flood(trial& on, std::vector<member*> senders, std::uint64_t each_max)
        : trial_{on}, senders_{std::move(senders)}, each_max_{each_max}, sent_(senders_.size(), 0) {}

    void run(std::chrono::milliseconds time) {
        const auto until = steady::now() + time;
        while (steady::now() < until && !is_done()) {
            for (std::size_t i = 0; i < senders_.size(); ++i) {
                send_more(i);
            }
            trial_.attackers.turn(std::chrono::milliseconds{10});
        }
    }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sum(sent_); }
    [[nodiscard]] std::uint64_t answered() const {
        std::uint64_t count = 0;
        for (const member* sender : senders_) {
            count += sender->answers_received();
        }
        return count;
    }
    [[nodiscard]] bool is_done() const { return sent() == senders_.size() * each_max_ && answered() >= sent(); }
    [[nodiscard]] std::uint64_t answered_ok() const {
        std::uint64_t count = 0;
        for (const member* sender : senders_) {
            count += sender->by_code[0];
        }
        return count;
    }

private:
    static std::uint64_t sum(const std::vector<std::uint64_t>& counts) {
        std::uint64_t all = 0;
        for (const std::uint64_t count : counts) {
            all += count;
        }
        return all;
    }

    void send_more(std::size_t sender) {
        constexpr std::size_t at_once = 1'000;
        constexpr std::size_t waiting_max = 64'000;
        if (sent_[sender] == each_max_ || senders_[sender]->unsent_bytes() > waiting_max) {
            return;
        }
        std::string run;
        for (std::size_t i = 0; i < at_once && sent_[sender] < each_max_; ++i) {
            // The text is the message's number, so that recipients can tell lost and doubled ones.
            const std::string text = std::to_string(++sent_[sender]);
            run += bytes_of(make_sma(text));
        }
        trial_.attackers.send(*senders_[sender], run);
    }

    trial& trial_;
    std::vector<member*> senders_;
    std::uint64_t each_max_;
    std::vector<std::uint64_t> sent_;
};

/// Counts messages that a recipient did not get once and in order.
class order_check {
public:
    order_check(std::size_t members_max, const std::vector<member*>& senders) : members_max_{members_max} {
        for (std::size_t i = 0; i < senders.size(); ++i) {
            senders_[senders[i]->pseudo] = i;
        }
        last_.assign(members_max * senders.size(), 0);
    }
    void note(const member& recipient, const packet_view& packet) {
        const auto sender = senders_.find(packet.pseudo);
        if (packet.op != opcode::spm || sender == senders_.end() || recipient.number >= members_max_) {
            return;
        }
        std::uint32_t& last = last_[recipient.number * senders_.size() + sender->second];
        wrong_ += std::to_string(++last) != packet.message ? 1 : 0;
    }
    [[nodiscard]] std::uint64_t wrong() const noexcept { return wrong_; }

private:
    std::size_t members_max_;
    std::map<std::string, std::size_t, std::less<>> senders_;
    std::vector<std::uint32_t> last_;
    std::uint64_t wrong_{0};
};

/// "p50 0.016 s, p99 0.131 s": the bounds of the buckets in which the durations of a phase lie.
std::string buckets_text(const samples& before, const samples& after, const std::string& name) {
    const auto counted = [&](const std::string& sample) {
        return sample_of(after, sample) - sample_of(before, sample);
    };
    const std::string bucket = name + "_bucket{le=\"";
    const auto bound_of = [&](double share) {
        double bound = 0;
        for (auto at = after.lower_bound(bucket); at != after.end() && at->first.starts_with(bucket); ++at) {
            const double le = std::strtod(at->first.c_str() + bucket.size(), nullptr);  // inf for the last
            const bool reaches = counted(at->first) >= share * counted(name + "_count");
            bound = reaches && (bound == 0 || le < bound) ? le : bound;
        }
        return real_text(1'000 * bound) + " ms";
    };
    return "p50 " + bound_of(0.5) + ", p99 " + bound_of(0.99) + " or less";
}

void flood_all(findings& to, const setting& how, trial& attacked, const std::vector<member*>& senders,
               std::uint64_t each) {
    constexpr auto wanted_p99 = std::chrono::milliseconds{50};
    crowd& attackers = attacked.attackers;
    order_check order{attackers.members().size(), senders};
    attackers.on_packet = [&order](member& at, const packet_view& packet) { order.note(at, packet); };
    const samples before = attacked.server.scrape();
    attacked.bystanders.begin();
    health_probe health{attacked.server};
    const cpu_meter cpu{attacked.server};
    message_flood flood{attacked, senders, each};
    const std::uint64_t deliveries_before = attackers.deliveries();
    const auto began = steady::now();
    flood.run(how.quick ? std::chrono::minutes{5} : std::chrono::seconds{9});
    const std::chrono::duration<double> taken = steady::now() - began;
    const innocent_figures innocent = attacked.bystanders.figures();
    const std::uint64_t deliveries = attackers.deliveries() - deliveries_before;
    const std::string shares = cpu.text();
    const double cpu_us = std::chrono::duration<double, std::micro>{cpu.server_time()}.count();
    const health_probe::figures healthy = health.stop();

    to.check_time(attacked.label("bystander p99"), "below 50 ms",
                  time_text(innocent.at_per_mille(990)) + " (p50 " + time_text(innocent.at_per_mille(500)) + ", " +
                      count_text(innocent.answered()) + " messages)",
                  innocent.answered() != 0 && innocent.at_per_mille(990) < wanted_p99);
    to.note(attacked.label("longest wait of a bystander"), time_text(innocent.longest_wait));
    to.check_time(attacked.label("/healthz"), "200",
                  count_text(healthy.healthy) + " of " + count_text(healthy.healthy + healthy.other) +
                      " are 200, slowest " + time_text(healthy.slowest),
                  healthy.other == 0 && healthy.healthy != 0);
    to.check(attacked.label("innocents answered 4 or 5"), "none",
             count_text(innocent.answered_unreachable + innocent.answered_otherwise),
             innocent.answered_unreachable + innocent.answered_otherwise == 0);
    to.note(attacked.label("throughput"),
            count_text(static_cast<std::uint64_t>(static_cast<double>(deliveries) / taken.count())) +
                " deliveries/s, " + real_text(deliveries == 0 ? 0 : cpu_us / static_cast<double>(deliveries)) +
                " us of CPU each");
    to.note(attacked.label("processors"), shares);
    to.note(attacked.label("the server's turns"),
            buckets_text(before, attacked.server.scrape(), "chatos_turn_seconds"));

    if (how.quick) {
        static_cast<void>(attackers.run_until(
            [&] { return flood.answered() == flood.sent() || attackers.ended() != 0; }, std::chrono::minutes{2}));
    }
    constexpr const char* time_limit = "chatos_deliveries_settled_total{cause=\"time_limit\"}";
    const double timed_out = sample_of(attacked.server.scrape(), time_limit) - sample_of(before, time_limit);
    // A sender among others answers behind hundreds of requests of its own, and its clocks run on (FLOW-5), until it is
    // closed for eight in a row (FLOW-10). Of thousands of recipients none runs out of time.
    const double own_max = senders.size() > 1 ? 8.0 * static_cast<double>(senders.size()) : 0;
    to.check(attacked.label("deliveries counted as timed out"),
             senders.size() > 1 ? "none but to senders, behind their own requests" : "none",
             count_text(static_cast<std::uint64_t>(timed_out)) + " (recipients look every " +
                 time_text(attackers.slowest_turn()) + " or more often)",
             timed_out <= own_max);
    // A long run ends in the middle, where answers are missing.
    const std::uint64_t unanswered = how.quick ? flood.sent() - flood.answered_ok() : 0;
    to.check(attacked.label("lost, doubled, out of order, not answered 0"), "none",
             count_text(order.wrong()) + " of " + count_text(attackers.deliveries()) + ", " + count_text(unanswered) +
                 " of " + count_text(flood.sent()),
             order.wrong() == 0 && unanswered == 0);
    attackers.on_packet = {};
}

}  // namespace

void pipeline_messages_to_all(findings& to, const setting& how) {
    const std::size_t users = how.quick ? 200 : 5'000;
    struct phase {
        std::string label;
        std::size_t senders;
        std::uint64_t each;
    };
    const std::array phases{
        phase{"1 sender", 1, how.quick ? 400U : 10'000U},
        phase{how.quick ? "8 senders" : "64 senders", how.quick ? 8U : 64U, how.quick ? 40U : 300U}};
    for (const phase& phase : phases) {
        trial attacked{to,
                       how,
                       {.label = phase.label,
                        .flags = how.quick ? std::vector<std::string>{"--answer-timeout-ms", "300000"}
                                           : std::vector<std::string>{}}};
        const std::vector<member*> members = attacked.attackers.join("user", users);
        flood_all(to, how, attacked, {members.begin(), members.begin() + static_cast<std::ptrdiff_t>(phase.senders)},
                  phase.each);
        attacked.end();
    }
}

// Row 11. By the rules each message to all waits for the silent user; how long is the operator's to choose.
void stay_silent(findings& to, const setting& how) {
    constexpr std::size_t senders_count = 4;
    trial attacked{to, how, {.flags = {"--sma-answer-timeout-ms", "400", "--answer-timeout-ms", "60000"}, .pairs = 0}};
    crowd& attackers = attacked.attackers;
    member& silent = *attackers.join("silent", 1).front();
    silent.answers = false;
    const std::vector<member*> senders = attackers.join("sender", senders_count);
    const auto began = steady::now();
    for (member* sender : senders) {
        attackers.send(*sender, make_sma("to all"));
    }
    const bool are_answered = attackers.run_until(
        [&] {
            return std::all_of(senders.begin(), senders.end(),
                               [](const member* sender) { return sender->answers_received() == 1; });
        },
        std::chrono::seconds{20});
    to.check("messages to all, with a limit of 400 ms", "answered 4 within it, in turn",
             are_answered ? "answered within " + time_text(steady::now() - began) : "not answered", are_answered);
    // Late answers use up their places; then a personal message waits for longer than that limit.
    attackers.send(silent, repeated(bytes_of(make_error(error_code::ok)), senders_count));
    attackers.send(*senders[0], bytes_of(make_rpm(silent.pseudo)) + bytes_of(make_spm(silent.pseudo, "to one")));
    static_cast<void>(attackers.run_until([&] { return silent.deliveries == senders_count + 1; }));
    attackers.run_for(std::chrono::milliseconds{1'000});
    attackers.send(silent, make_error(error_code::ok));
    static_cast<void>(attackers.run_until([&] { return senders[0]->answers_received() == 3; }));
    to.check("a personal message answered after a second", "0", senders[0]->by_code[0] == 2 ? "0" : "4",
             senders[0]->by_code[0] == 2);
    attacked.end();
}

}  // namespace chatos::attack
