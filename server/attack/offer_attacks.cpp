// Rows 3 and 4: offers of private connections that stay undecided.
#include "attack/attack_table.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace chatos::attack {

namespace {

using member = crowd::member;

// A member whose user decides nothing and answers nothing until told to.
member& join_undecided(crowd& attackers, const std::string& prefix) {
    member& user = *attackers.join(prefix, 1).front();
    user.answers = false;
    return user;
}

}  // namespace

void write_after_an_offer(findings& to, const setting& how) {
    constexpr std::uint64_t messages = 7;
    // The proportions of the defaults, a tenth as long.
    const std::vector<std::string> flags =
        how.quick ? std::vector<std::string>{"--pc-timeout-ms", "600", "--answer-timeout-ms", "100"}
                  : std::vector<std::string>{"--pc-timeout-ms", "3000", "--answer-timeout-ms", "500"};
    trial attacked{to, how, {.flags = flags, .pairs = how.quick ? 0U : 2U}};
    crowd& attackers = attacked.attackers;
    member& decides = join_undecided(attackers, "decides");
    member& asks = *attackers.join("asks", 1).front();
    attackers.send(asks, bytes_of(make_pc(decides.pseudo)) + bytes_of(make_rpm(decides.pseudo)) +
                             repeated(bytes_of(make_spm(decides.pseudo, "are you there?")), messages));
    // Two answers to the PC, one to the RPM and to each message.
    const bool is_answered = attackers.run_until(
        [&] { return asks.answers_received() == messages + 3 || decides.ended; }, std::chrono::minutes{2});
    to.check("all are answered", "0, 4, 0, then 4 each",
             count_text(asks.by_code[0]) + " answers 0, " + count_text(asks.by_code[4]) + " answers 4",
             is_answered && asks.by_code[0] == 2 && asks.by_code[4] == messages + 1);
    attackers.run_for(std::chrono::milliseconds{200});
    // Late answers use up their places (FLOW-4); then it is asked whether it is there.
    attackers.send(decides, repeated(bytes_of(make_error(error_code::ok)), messages + 1));
    attackers.send(asks, make_rpm(decides.pseudo));
    static_cast<void>(attackers.run_until([&] { return asks.answers_received() == messages + 4; }));
    const double unresponsive = sample_of(attacked.server.scrape(), "chatos_closed_total{cause=\"unresponsive\"}");
    to.check("the user who only decides slowly", "is still there",
             decides.ended || unresponsive != 0 ? "closed as unresponsive" : "is still there",
             !decides.ended && unresponsive == 0 && asks.by_code[0] == 3);
    attacked.end();
}

namespace {

// Row 4: what became of an offer by somebody innocent to each user in turn, each refused at once by its user.
struct offers_of_one {
    std::uint64_t reached{0};
    std::uint64_t refused{0};  ///< without reaching the user
};

offers_of_one offer_in_turn(crowd& attackers, member& asks, const std::vector<member*>& users) {
    offers_of_one result;
    for (const member* user : users) {
        const std::uint64_t answers = asks.answers_received();
        const std::uint64_t reached = asks.by_code[0];
        attackers.send(asks, make_pc(user->pseudo));
        const bool is_answered = attackers.run_until([&] {
            return asks.answers_received() > answers;
        }) && attackers.run_until([&] { return asks.by_code[0] == reached || asks.answers_received() > answers + 1; });
        if (!is_answered) {
            throw std::runtime_error{"an offer is not answered"};
        }
        ++(asks.by_code[0] == reached ? result.refused : result.reached);
    }
    return result;
}

}  // namespace

void offer_to_everybody(findings& to, const setting& how) {
    constexpr std::uint64_t offers_max = 16;  // PC-8, the default of --offers-max
    constexpr std::size_t users = 100;
    trial attacked{to, how, {.pairs = 2}};
    crowd& attackers = attacked.attackers;
    const std::vector<member*> targets = attackers.join("target", users);
    member& attacker = *attackers.join("offers", 1).front();
    for (member* target : targets) {
        target->answers = false;
    }
    // Users decide at once about the innocent's offers, and never about the attacker's.
    attackers.on_packet = [&attackers, &attacker](member& at, const packet_view& packet) {
        if (packet.op == opcode::pc && packet.pseudo != attacker.pseudo) {
            attackers.send(at, make_error(error_code::refused));
        }
    };
    std::string offers;
    for (const member* target : targets) {
        offers += bytes_of(make_pc(target->pseudo));
    }
    attackers.send(attacker, offers);
    const auto undecided = [&targets] {
        std::uint64_t count = 0;
        for (const member* target : targets) {
            count += target->offers;
        }
        return count;
    };
    static_cast<void>(attackers.run_until(
        [&] { return sample_of(attacked.server.scrape(), "chatos_packets_received_total{packet=\"PC\"}") >= users; }));
    // The answer to a request of its own shows that a user has got all that was sent before.
    for (member* target : targets) {
        attackers.send(*target, make_rpm(attacker.pseudo));
    }
    static_cast<void>(attackers.run_until([&targets] {
        return std::all_of(targets.begin(), targets.end(),
                           [](const member* target) { return target->answers_received() == 1; });
    }));
    member& innocent = *attackers.join("innocent-asks", 1).front();
    const std::uint64_t held = undecided();
    to.check("undecided offers of one asker", "at most 16", count_text(held), held <= offers_max);
    const offers_of_one result = offer_in_turn(attackers, innocent, targets);
    to.check("an innocent's offers refused unseen", "at most 16 of 100",
             count_text(result.refused) + " of " + count_text(users), result.refused <= offers_max);
    attacked.end();
}

}  // namespace chatos::attack
