// Rows 6 and 9: what the server has to hold, and what it has to log, of those who send nothing whole.
#include "attack/attack_table.hpp"
#include "attack/network_namespace.hpp"

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

/// A user who sends a large packet in parts, again and again, while `meanwhile` happens.
class sender_in_parts {
public:
    sender_in_parts(crowd& users, const base::socket_address& from) : crowd_{users} {
        sender_ = &users.connect("sends-large", from);
        recipient_ = &users.connect("takes-large", from);
        static_cast<void>(users.run_until([this] { return sender_->registered && recipient_->registered; }));
        users.send(*sender_, make_rpm(recipient_->pseudo));
        static_cast<void>(users.run_until([this] { return sender_->by_code[0] == 1; }));
        const std::string text(message_bytes, 'p');
        packet_ = bytes_of(make_spm(recipient_->pseudo, text));
    }

    template <typename Action>
    void send(std::uint64_t rounds, std::chrono::milliseconds between_parts, Action meanwhile) {
        for (std::uint64_t round = 0; round < rounds && !sender_->ended; ++round) {
            const std::uint64_t answers = sender_->answers_received();
            for (std::size_t part = 0; part < parts; ++part) {
                const std::size_t begin = part * packet_.size() / parts;
                const std::size_t end = (part + 1) * packet_.size() / parts;
                crowd_.send(*sender_, std::string_view{packet_}.substr(begin, end - begin));
                const auto until = steady::now() + between_parts;
                do {
                    meanwhile();
                } while (steady::now() < until);
            }
            static_cast<void>(crowd_.run_until([&] {
                meanwhile();
                return sender_->answers_received() > answers || sender_->ended;
            }));
            ++rounds_;
        }
    }

    void report(findings& to, const std::string& subject) const {
        const std::uint64_t served = sender_->by_code[0] - 1;
        to.check(subject, "is served",
                 sender_->ended ? "closed" : count_text(served) + " of " + count_text(rounds_) + " answered 0",
                 !sender_->ended && served == rounds_);
    }

private:
    static constexpr std::size_t message_bytes = 60'000;
    static constexpr std::size_t parts = 3;

    crowd& crowd_;
    member* sender_;
    member* recipient_;
    std::string packet_;
    std::uint64_t rounds_{0};
};

void hold_unregistered(findings& to, const setting& how) {
    trial attacked{
        to, how, {.label = "unregistered", .flags = {"--total-input-bytes-max", how.quick ? "4194304" : "33554432"}}};
    crowd& attackers = attacked.attackers;
    sender_in_parts innocent{attackers, {}};
    unfinished_packets held{attackers, how.quick ? 150U : 2'600U};
    const std::size_t lines_before = attacked.server.await_log_lines("event=", 1);  // started
    static_cast<void>(attackers.run_until([&held] {
        held.turn();
        return held.is_complete();
    }));
    const auto began = steady::now();
    innocent.send(how.quick ? 10 : 12, std::chrono::milliseconds{how.quick ? 5 : 100}, [&held] { held.turn(); });
    const std::chrono::duration<double> taken = steady::now() - began;
    innocent.report(to, attacked.label("a user who sends 60 kB in three parts"));
    const std::size_t lines = count_lines_with(attacked.server.log(), "event=") - lines_before;
    constexpr double lines_per_second_max = 200;
    to.check_time(attacked.label("log lines"), "at most 200 a second",
                  count_text(lines) + " in " + real_text(taken.count()) + " s, " + count_text(held.replaced()) +
                      " connections replaced",
                  static_cast<double>(lines) <= lines_per_second_max * (taken.count() + 1));
    const innocent_figures others = attacked.bystanders.figures();
    to.check(attacked.label("innocents answered 4 or 5"), "none",
             count_text(others.answered_unreachable + others.answered_otherwise),
             others.answered_unreachable + others.answered_otherwise == 0);
    attacked.end();
}

// Users of one address hold most together, although the innocent holds most of all connections.
void hold_registered(findings& to, const setting& how) {
    constexpr const char* attackers_address = "10.99.0.1";
    constexpr const char* innocents_address = "10.99.0.2";
    const auto run = [&] {
        const base::socket_address from = base::resolve({.host = attackers_address}).addresses.front();
        const base::socket_address innocents_from = base::resolve({.host = innocents_address}).addresses.front();
        trial attacked{to,
                       how,
                       {.label = "users of one address",
                        .flags = {"--total-input-bytes-max", how.quick ? "4194304" : "33554432"},
                        .listen = std::string{innocents_address} + ":0",
                        .innocents_from = innocents_from}};
        crowd& attackers = attacked.attackers;
        sender_in_parts innocent{attackers, innocents_from};
        const std::string text(65'000, 'u');
        const std::string beginning = bytes_of(make_sma(text)).substr(0, 17'000);
        const std::size_t users = how.quick ? 150 : 2'600;
        for (std::size_t i = 0; i < users; ++i) {
            attackers.send(attackers.connect("holds" + std::to_string(i), from), beginning);
            if (i % 200 == 199) {
                attackers.turn(std::chrono::milliseconds{20});
            }
        }
        innocent.send(how.quick ? 10 : 12, std::chrono::milliseconds{how.quick ? 5 : 50},
                      [&attackers] { attackers.turn(std::chrono::milliseconds{1}); });
        innocent.report(to, attacked.label("a user of another address in three parts"));
        attacked.end();
    };
    const std::vector<std::string> addresses{attackers_address, innocents_address};
    if (const std::string fault = run_in_own_network(addresses, {}, run); !fault.empty()) {
        to.not_run("users of one address", fault);
    }
}

}  // namespace

void hold_unfinished_packets(findings& to, const setting& how) {
    hold_unregistered(to, how);
    hold_registered(to, how);
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
    const double log_rate = (attacked.server.log_bytes() - log_before) / taken.count();
    // The last connections are still being closed, and the log is written a little later.
    std::size_t lines = 0;
    double refused = 0;
    double left_out = 0;
    const auto settled = steady::now() + std::chrono::seconds{10};
    do {
        const samples now = attacked.server.scrape();
        refused = sum_of(now, "chatos_refused_input_total");
        left_out = sample_of(now, "chatos_log_lines_left_out_total");
        lines = count_lines_with(attacked.server.log(), "event=refused_input");
    } while (static_cast<double>(lines) + left_out != refused && steady::now() < settled);
    constexpr double log_rate_max = 64.0 * 1'024;
    to.check_time("log", "at most 64 KiB a second", bytes_text(log_rate) + " a second", log_rate <= log_rate_max);
    to.check("lines of refused_input", "at most half of those refused",
             count_text(lines) + " of " + count_text(static_cast<std::uint64_t>(refused)),
             static_cast<double>(lines) * 2 <= refused);
    to.check("lines and those reported as left out", "all that were refused",
             count_text(lines) + " and " + count_text(static_cast<std::uint64_t>(left_out)),
             static_cast<double>(lines) + left_out == refused);
    to.check("innocents answered 4 or 5", "none",
             count_text(innocent.answered_unreachable + innocent.answered_otherwise) + " of " +
                 count_text(innocent.answered()),
             innocent.answered_unreachable + innocent.answered_otherwise == 0);
    to.note("innocents' round trips",
            "p50 " + time_text(innocent.at_per_mille(500)) + ", p99 " + time_text(innocent.at_per_mille(990)));
    attacked.end();
}

}  // namespace chatos::attack
