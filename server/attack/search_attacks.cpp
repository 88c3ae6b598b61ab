// Row 10: what a server searches, made long: send permissions, ends of one pair of users, half requests for metrics.
#include "attack/attack_table.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

namespace chatos::attack {

namespace {

using member = crowd::member;
using steady = std::chrono::steady_clock;

constexpr auto wanted_p99 = std::chrono::milliseconds{50};

void check_round_trips(findings& to, const trial& attacked) {
    const innocent_figures innocent = attacked.bystanders.figures();
    to.check_time(attacked.label("bystander p99"), "below 50 ms",
                  time_text(innocent.at_per_mille(990)) + " (p50 " + time_text(innocent.at_per_mille(500)) + ")",
                  innocent.answered() != 0 && innocent.at_per_mille(990) < wanted_p99);
    to.check(attacked.label("innocents answered 4 or 5"), "none",
             count_text(innocent.answered_unreachable + innocent.answered_otherwise),
             innocent.answered_unreachable + innocent.answered_otherwise == 0);
}

/// Each of `clients` asks for permission to write to each of `users`, again and again. Returns the server's CPU time
/// for each request, in microseconds.
double go_round(trial& attacked, const std::vector<member*>& clients, const std::vector<member*>& users,
                std::chrono::milliseconds time) {
    crowd& attackers = attacked.attackers;
    std::string round;
    for (const member* user : users) {
        round += bytes_of(make_rpm(user->pseudo));
    }
    const std::string bytes = repeated(round, 1 + 1'024 / users.size());
    const auto requests = [&attacked] {
        return sample_of(attacked.server.scrape(), "chatos_packets_received_total{packet=\"RPM\"}");
    };
    const double before = requests();
    const cpu_meter cpu{attacked.server};
    const auto until = steady::now() + time;
    while (steady::now() < until) {
        for (member* client : clients) {
            if (client->unsent_bytes() == 0) {
                attackers.send(*client, bytes);
            }
        }
        attackers.turn(std::chrono::milliseconds{5});
    }
    const double taken = requests() - before;
    const double cpu_us = std::chrono::duration<double, std::micro>{cpu.server_time()}.count();
    return taken == 0 ? 0 : cpu_us / taken;
}

// In a trial of its own each: what the first has sent would still be on its way in the second.
void go_round_permissions(findings& to, const setting& how) {
    constexpr std::size_t permissions = 1'024;
    constexpr std::size_t clients = 16;
    const auto time = std::chrono::milliseconds{how.quick ? 300 : 3'000};
    double few = 0;
    {
        trial usual{to, how, {.label = "4 permissions"}};
        const std::vector<member*> users = usual.attackers.join("user", 4);
        few = go_round(usual, usual.attackers.join("client", clients), users, time);
        usual.end();
    }
    trial attacked{to, how, {.label = "1,024 permissions"}};
    const std::vector<member*> users = attacked.attackers.join("user", permissions + 1);
    const std::vector<member*> askers = attacked.attackers.join("client", clients);
    attacked.bystanders.begin();
    const double many = go_round(attacked, askers, users, time);
    check_round_trips(to, attacked);
    to.check_time(attacked.label("CPU of a request, 1,024 against 4"), "at most 3 times",
                  real_text(few) + " us, " + real_text(many) + " us", few != 0 && many <= 3 * few);
    attacked.end();
}

void gather_ends(findings& to, const setting& how) {
    const std::uint64_t agreements = how.quick ? 50 : 3'000;
    const auto time = std::chrono::seconds{how.quick ? 60 : 6};
    trial attacked{
        to, how, {.label = "ends of one pair", .flags = {"--tunnels-max", "10000", "--tunnels-per-user-max", "10000"}}};
    crowd& attackers = attacked.attackers;
    const std::vector<member*> pair = attackers.join("pair", 2);
    attacked.bystanders.begin();
    auto until = steady::now() + time;
    std::uint64_t agreed = 0;
    for (; agreed < agreements && steady::now() < until; ++agreed) {
        const std::uint64_t before = pair[0]->answers_received();
        attackers.send(*pair[0], make_pc(pair[1]->pseudo));
        if (!attackers.run_until([&] { return pair[0]->answers_received() >= before + 2; }, std::chrono::seconds{20})) {
            throw std::runtime_error{"an offer is not answered twice"};
        }
    }
    const std::string ends = bytes_of(make_pc(pair[0]->pseudo)) + bytes_of(make_pc(pair[1]->pseudo));
    const std::string other_ends = bytes_of(make_pc(pair[1]->pseudo)) + bytes_of(make_pc(pair[0]->pseudo));
    until = steady::now() + time;
    std::uint64_t opened = 0;
    const cpu_meter cpu{attacked.server};
    constexpr std::uint64_t at_once = 50;
    for (; opened < 2 * agreed && steady::now() < until; opened += at_once) {
        for (std::uint64_t i = 0; i < at_once; ++i) {
            member& end = attackers.connect();
            end.decodes = false;
            attackers.send(end, opened % (2 * at_once) == 0 ? ends : other_ends);
        }
        static_cast<void>(attackers.run_until([&] {
            return std::none_of(attackers.members().end() - at_once, attackers.members().end(),
                                [](const member& end) { return end.unsent_bytes() != 0; });
        }));
    }
    to.note(attacked.label("agreements, ends"), count_text(agreed) + ", " + count_text(opened) + "; " + cpu.text());
    check_round_trips(to, attacked);
    attacked.end();
}

void block_the_metrics(findings& to, const setting& how) {
    const std::size_t half_requests = how.quick ? 40 : 1'000;
    constexpr auto scrape_timeout = std::chrono::seconds{10};
    constexpr auto scrape_max = std::chrono::seconds{2};
    trial attacked{to, how, {.label = "metrics port"}};
    {
        crowd scrapers{attacked.server.metrics_address()};
        for (std::size_t i = 0; i < half_requests; ++i) {
            member& half = scrapers.connect();
            half.decodes = false;
            scrapers.send(half, "GET /met");
        }
        static_cast<void>(scrapers.run_until([&scrapers] {
            return std::all_of(scrapers.members().begin(), scrapers.members().end(),
                               [](const member& half) { return half.unsent_bytes() == 0; });
        }));
        const auto began = steady::now();
        const bool is_answered = attacked.server.get("/metrics", scrape_timeout).has_value();
        const auto taken = steady::now() - began;
        to.check(attacked.label("a scrape among half requests"), "is answered",
                 is_answered ? "is answered" : "is not answered", is_answered);
        to.check_time(attacked.label("time of that scrape"), "below 2 s", time_text(taken), taken < scrape_max);
    }
    static_cast<void>(attacked.attackers.join("idle", how.quick ? 100 : 5'000));
    constexpr std::size_t unknown_paths = 100;
    constexpr auto unknown_max = std::chrono::milliseconds{1};
    const auto began = steady::now();
    for (std::size_t i = 0; i < unknown_paths; ++i) {
        static_cast<void>(attacked.server.get("/nothing", std::chrono::minutes{1}));
    }
    const auto each = (steady::now() - began) / unknown_paths;
    to.check_time(attacked.label("time of a 404 with 5,000 users"), "below 1 ms", time_text(each), each < unknown_max);
    attacked.end();
}

}  // namespace

void make_searches_long(findings& to, const setting& how) {
    go_round_permissions(to, how);
    gather_ends(to, how);
    block_the_metrics(to, how);
}

}  // namespace chatos::attack
