// Rows 6 and 9: what the server has to hold, and what it has to log, of those who send nothing whole.
#include "attack/attack_table.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace chatos::attack {

namespace {

using member = crowd::member;
using steady = std::chrono::steady_clock;

// Row 6: keeps `count` unregistered connections open that hold the beginning of a packet each.
class unfinished_packets {
public:
    unfinished_packets(crowd& attackers, std::size_t count) : crowd_{attackers}, count_{count} {
        constexpr std::size_t held_bytes = 17'000;
        const std::string whole = bytes_of(make_sma(std::string_view{text_}));
        beginning_ = whole.substr(0, held_bytes);
    }
    /// Replaces what the server has closed.
    void turn() {
        constexpr std::size_t at_once = 100;
        for (std::size_t i = 0; i < at_once && open_.size() < count_; ++i) {
            open_.push_back(&crowd_.connect());
            crowd_.send(*open_.back(), beginning_);
        }
        if (open_.size() == count_) {
            for (std::size_t i = 0; i < at_once; ++i) {
                member& next = *open_[next_];
                next_ = (next_ + 1) % count_;
                if (next.ended) {
                    ++replaced_;
                    crowd_.connect_again(next);
                    crowd_.send(next, beginning_);
                }
            }
        }
        crowd_.turn(std::chrono::milliseconds{1});
    }
    [[nodiscard]] bool is_complete() const noexcept { return open_.size() == count_; }
    [[nodiscard]] std::uint64_t replaced() const noexcept { return replaced_; }

private:
    crowd& crowd_;
    std::size_t count_;
    const std::string text_{std::string(65'000, 'u')};
    std::string beginning_;
    std::vector<member*> open_;
    std::size_t next_{0};
    std::uint64_t replaced_{0};
};

}  // namespace

void hold_unfinished_packets(findings& to, const setting& how) {
    constexpr std::size_t large_message = 60'000;
    constexpr std::size_t parts = 3;
    const std::vector<std::string> flags =
        how.quick ? std::vector<std::string>{"--total-input-bytes-max", "4194304"} : std::vector<std::string>{};
    trial attacked{to, how, {.flags = flags}};
    crowd& attackers = attacked.attackers;
    member& innocent = *attackers.join("sends-large", 1).front();
    member& recipient = *attackers.join("takes-large", 1).front();
    attackers.send(innocent, make_rpm(recipient.pseudo));
    static_cast<void>(attackers.run_until([&] { return innocent.by_code[0] == 1; }));
    unfinished_packets held{attackers, how.quick ? 150U : 2'600U};
    const std::size_t lines_before = count_lines_with(attacked.server.log(), "event=");
    static_cast<void>(attackers.run_until([&] {
        held.turn();
        return held.is_complete();
    }));
    const auto began = steady::now();
    const std::string text(large_message, 'p');
    const std::string packet = bytes_of(make_spm(recipient.pseudo, text));
    const std::uint64_t rounds = how.quick ? 10 : 12;
    const auto between_parts = std::chrono::milliseconds{how.quick ? 5 : 100};
    for (std::uint64_t round = 0; round < rounds && !innocent.ended; ++round) {
        for (std::size_t part = 0; part < parts; ++part) {
            attackers.send(innocent, std::string_view{packet}.substr(part * packet.size() / parts,
                                                                     (part + 1) * packet.size() / parts -
                                                                         part * packet.size() / parts));
            const auto until = steady::now() + between_parts;
            do {
                held.turn();
            } while (steady::now() < until);
        }
        static_cast<void>(attackers.run_until([&] {
            held.turn();
            return innocent.by_code[0] == round + 2 || innocent.ended;
        }));
    }
    const std::chrono::duration<double> taken = steady::now() - began;
    to.check("a user who sends 60 kB in three parts", "is served",
             innocent.ended ? "closed"
                            : count_text(innocent.by_code[0] - 1) + " of " + count_text(rounds) + " answered 0",
             !innocent.ended && innocent.by_code[0] == rounds + 1);
    const std::size_t lines = count_lines_with(attacked.server.log(), "event=") - lines_before;
    constexpr double lines_per_second_max = 200;
    to.check_time("log lines", "at most 200 a second",
                  count_text(lines) + " in " + real_text(taken.count()) + " s, " + count_text(held.replaced()) +
                      " connections replaced",
                  static_cast<double>(lines) <= lines_per_second_max * (taken.count() + 1));
    const innocent_figures others = attacked.bystanders.figures();
    to.check("innocents answered 4 or 5", "none", count_text(others.answered_unreachable + others.answered_otherwise),
             others.answered_unreachable + others.answered_otherwise == 0);
    attacked.end();
}

void break_the_protocol(findings& to, const setting& how) {
    constexpr std::size_t at_once = 250;
    const std::string_view not_a_packet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    trial attacked{to, how};
    crowd& attackers = attacked.attackers;
    const double log_before = attacked.server.log_bytes();
    attacked.bystanders.begin();
    const cpu_meter cpu{attacked.server};
    const std::uint64_t wanted = how.quick ? 3'000 : UINT64_MAX;
    const auto began = steady::now();
    const auto until = began + (how.quick ? std::chrono::minutes{2} : std::chrono::seconds{4});
    for (std::size_t i = 0; i < at_once; ++i) {
        attackers.send(attackers.connect(), not_a_packet);
    }
    std::uint64_t closed = 0;
    while (steady::now() < until && closed < wanted) {
        attackers.turn(std::chrono::milliseconds{5});
        for (member& client : attackers.members()) {
            if (client.ended) {
                ++closed;
                attackers.connect_again(client);
                attackers.send(client, not_a_packet);
            }
        }
    }
    const std::chrono::duration<double> taken = steady::now() - began;
    const innocent_figures innocent = attacked.bystanders.figures();
    to.note("bad connections", count_text(static_cast<std::uint64_t>(static_cast<double>(closed) / taken.count())) +
                                   " a second; " + cpu.text());
    attackers.close_all();
    const samples after = attacked.server.scrape();
    const double refused = sum_of(after, "chatos_refused_input_total");
    const double log_rate = (attacked.server.log_bytes() - log_before) / taken.count();
    const std::string log = attacked.server.log();
    const std::size_t lines = count_lines_with(log, "event=refused_input");
    constexpr double log_rate_max = 64.0 * 1'024;
    to.check_time("log", "at most 64 KiB a second", bytes_text(log_rate) + " a second", log_rate <= log_rate_max);
    to.check("lines of refused_input", "at most half of those refused",
             count_text(lines) + " of " + count_text(static_cast<std::uint64_t>(refused)),
             static_cast<double>(lines) * 2 <= refused);
    to.check("innocents answered 4 or 5", "none",
             count_text(innocent.answered_unreachable + innocent.answered_otherwise) + " of " +
                 count_text(innocent.answered()),
             innocent.answered_unreachable + innocent.answered_otherwise == 0);
    to.note("innocents' round trips",
            "p50 " + time_text(innocent.at_per_mille(500)) + ", p99 " + time_text(innocent.at_per_mille(990)));
    attacked.end();
}

}  // namespace chatos::attack
