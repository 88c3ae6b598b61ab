// Row 5: accomplices who agree on all the tunnels that there may be.
#include "attack/attack_table.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace chatos::attack {

namespace {

using member = crowd::member;

constexpr auto relay_timeout = std::chrono::seconds{30};

/// PC and acceptance, one after the other. Returns how long `count` took.
std::chrono::nanoseconds agree(crowd& attackers, const std::vector<member*>& pair, std::uint64_t count) {
    const auto began = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t before = pair[0]->answers_received();
        const std::uint64_t refused = pair[0]->by_code[5];
        attackers.send(*pair[0], make_pc(pair[1]->pseudo));
        if (!attackers.run_until(
                [&] { return pair[0]->answers_received() == before + 2 || pair[0]->by_code[5] != refused; })) {
            throw std::runtime_error{"an offer is not answered"};
        }
    }
    return std::chrono::steady_clock::now() - began;
}

class tunnel_opener {
public:
    explicit tunnel_opener(crowd& attackers) : crowd_{attackers} {
        crowd_.on_bytes = [this](member& from, std::string_view bytes) { read_[from.number] += bytes; };
    }

    std::array<member*, 2> open(const std::vector<member*>& pair) {
        std::array<member*, 2> ends{};
        for (std::size_t side = 0; side < ends.size(); ++side) {
            ends[side] = &connect(pair[side]->pseudo, pair[1 - side]->pseudo);
        }
        return ends;
    }
    member& connect(const std::string& own, const std::string& peer) {
        member& end = crowd_.connect();
        end.decodes = false;
        crowd_.send(end, bytes_of(make_pc(own)) + bytes_of(make_pc(peer)));
        return end;
    }
    [[nodiscard]] const std::string& read_by(const member& end) { return read_[end.number]; }

    /// Whether bytes pass both ways.
    bool carries(const std::array<member*, 2>& ends) {
        const std::string ok = bytes_of(make_error(error_code::ok));
        for (member* end : ends) {
            crowd_.send(*end, "through the tunnel");
        }
        const std::string expected = ok + "through the tunnel";
        const auto is_refused = [&](const member& end) {
            return end.ended || (read_by(end).size() >= ok.size() && !read_by(end).starts_with(ok));
        };
        static_cast<void>(crowd_.run_until(
            [&] {
                return (read_by(*ends[0]) == expected && read_by(*ends[1]) == expected) || is_refused(*ends[0]) ||
                       is_refused(*ends[1]);
            },
            relay_timeout));
        return read_by(*ends[0]) == expected && read_by(*ends[1]) == expected;
    }

private:
    crowd& crowd_;
    std::map<std::size_t, std::string> read_;
};

/// "4, closed": the codes that an end has heard, and what became of it.
std::string describe_answer(const member& end, const std::string& read) {
    std::string text;
    for (std::size_t i = 1; i < read.size(); i += 2) {
        text += (text.empty() ? "" : " ") + std::to_string(static_cast<int>(read[i]));
    }
    return (text.empty() ? "nothing" : text) + (end.ended ? ", closed" : ", stays open");
}

void take_all(findings& to, const setting& how, trial& attacked) {
    crowd& attackers = attacked.attackers;
    const std::uint64_t tunnels = how.quick ? 60 : 1'000;
    const std::vector<member*> accomplices = attackers.join("accomplice", 2);
    const std::vector<member*> innocent = attackers.join("bystander", 2);
    const samples before = attacked.server.scrape();
    const auto time = agree(attackers, accomplices, tunnels);
    const samples after = attacked.server.scrape();
    to.note(attacked.label("agreements of the two"), count_text(tunnels) + " in " + time_text(time));
    agree(attackers, innocent, 1);
    tunnel_opener opener{attackers};
    const auto ends = opener.open(innocent);
    const bool carries = opener.carries(ends);
    to.check(attacked.label("a tunnel of two others"), "opens and carries",
             carries ? "opens and carries" : describe_answer(*ends[0], opener.read_by(*ends[0])), carries);
    const double refused =
        sum_of(after, "chatos_tunnels_without_room_total") - sum_of(before, "chatos_tunnels_without_room_total");
    to.check(attacked.label("agreements without a tunnel, counted"), "1 or more",
             count_text(static_cast<std::uint64_t>(refused)), refused >= 1);
    const std::size_t lines = attacked.server.await_log_lines("event=tunnel_limit", 1);
    to.check(attacked.label("log lines about them"), "1 or more", count_text(lines), lines >= 1);
    attacked.end();
}

// Beyond --tunnels-max: what the ends of an agreement without a tunnel hear.
void come_without_room(findings& to, trial& attacked) {
    crowd& attackers = attacked.attackers;
    const std::vector<member*> first = attackers.join("first", 2);
    const std::vector<member*> second = attackers.join("second", 2);
    agree(attackers, first, 1);
    agree(attackers, second, 1);
    tunnel_opener opener{attackers};
    member& end = opener.connect(second[0]->pseudo, second[1]->pseudo);
    static_cast<void>(attackers.run_until([&] { return end.ended; }, std::chrono::seconds{3}));
    const std::string answer = describe_answer(end, opener.read_by(end));
    to.check(attacked.label("the end of an agreement without a tunnel"), "4, closed", answer, answer == "4, closed");
    attacked.end();
}

// Tunnels that carry nothing end; one that carries something does not.
void leave_idle(findings& to, const setting& how, trial& attacked) {
    crowd& attackers = attacked.attackers;
    const std::uint64_t tunnels = how.quick ? 8 : 1'000;
    const std::vector<member*> accomplices = attackers.join("accomplice", 2);
    const std::vector<member*> innocent = attackers.join("bystander", 2);
    agree(attackers, innocent, 1);
    tunnel_opener opener{attackers};
    const auto active = opener.open(innocent);
    const bool carries = opener.carries(active);
    to.check(attacked.label("a tunnel of two others"), "opens and carries", carries ? "opens and carries" : "does not",
             carries);
    std::vector<member*> idle;
    for (std::uint64_t i = 0; i < tunnels; ++i) {
        agree(attackers, accomplices, 1);
        for (member* end : opener.open(accomplices)) {
            idle.push_back(end);
        }
    }
    std::uint64_t sent = 0;
    static_cast<void>(attackers.run_until([&] {
        attackers.send(*active[0], "x");
        ++sent;
        return std::all_of(idle.begin(), idle.end(), [](const member* end) { return end->ended; });
    }));
    const auto ended = static_cast<std::uint64_t>(
        std::count_if(idle.begin(), idle.end(), [](const member* end) { return end->ended; }));
    to.check(attacked.label("ends of idle tunnels"), "all closed", count_text(ended) + " of " + count_text(idle.size()),
             ended == idle.size());
    const double counted = sample_of(attacked.server.scrape(), "chatos_tunnels_idle_total");
    to.check(attacked.label("idle tunnels counted"), count_text(tunnels),
             count_text(static_cast<std::uint64_t>(counted)), counted == static_cast<double>(tunnels));
    static_cast<void>(attackers.run_until(
        [&] { return opener.read_by(*active[1]).ends_with(std::string(sent, 'x')) || active[1]->ended; },
        relay_timeout));
    const bool is_open = !active[0]->ended && !active[1]->ended;
    to.check(attacked.label("the tunnel in use"), "is still open", is_open ? "is still open" : "closed", is_open);
    attacked.end();
}

}  // namespace

void take_all_tunnels(findings& to, const setting& how) {
    {
        trial attacked{
            to,
            how,
            {.flags = how.quick ? std::vector<std::string>{"--tunnels-max", "60"} : std::vector<std::string>{},
             .pairs = 2}};
        take_all(to, how, attacked);
    }
    {
        trial attacked{to, how, {.label = "--tunnels-max 1", .flags = {"--tunnels-max", "1"}, .pairs = 2}};
        come_without_room(to, attacked);
    }
    trial attacked{
        to,
        how,
        {.label = "idle",
         .flags = {"--tunnel-idle-timeout-ms", "2000", "--tunnels-max", "1001", "--tunnels-per-user-max", "1000"},
         .pairs = 2}};
    leave_idle(to, how, attacked);
}

}  // namespace chatos::attack
