#include "testing/watched_model.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace chatos::conformance::testing {

using namespace std::chrono_literals;

watched_model::watched_model(const watched_settings& settings)
    : settings_{settings}, random_{settings.seed}, model_{settings.server} {}

conversation watched_model::run() {
    for (std::size_t index = 0; index < settings_.clients; ++index) {
        add_client();
    }
    for (std::size_t done = 0; done < settings_.actions; ++done) {
        now_ += 1ms;
        model_.tick(now_);
        spread_output();
        act(below(clients_.size()));
        for (std::size_t arrivals = below(14); arrivals != 0; --arrivals) {
            let_something_arrive();
        }
        if (chance(2) && clients_.size() < settings_.clients + 6) {
            add_client();
        }
    }
    settle();
    for (int round = 0; round < 2; ++round) {
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            if (clients_[index].registered && !clients_[index].over) {
                say(index, {opcode::rpm, "nobody", "", 0});
            }
        }
        settle();
    }
    return std::move(heard_);
}

void watched_model::add_client() {
    client made;
    made.name = "user" + std::to_string(clients_.size() % (settings_.clients + 2));
    heard_.talks.emplace_back().stream = static_cast<std::uint32_t>(clients_.size());
    model_.connect(clients_.size(), now_);
    clients_.push_back(std::move(made));
}

std::string watched_model::some_name() {
    return chance(10) ? "nobody" : clients_[below(clients_.size())].name;
}

/// What a good client does next.
void watched_model::act(std::size_t index) {
    client& who = clients_[index];
    if (who.over) {
        return;
    }
    if (settings_.wild && chance(25)) {
        act_wildly(index);
        return;
    }
    if (!who.owed.empty() && chance(70)) {
        const bool is_offer = who.owed.front().op == opcode::pc;
        constexpr std::uint8_t codes[] = {0, 0, 0, 5, 1, 2};
        who.owed.pop_front();
        say(index,
            {opcode::error, "", "", is_offer ? (chance(50) ? std::uint8_t{0} : std::uint8_t{5}) : codes[below(6)]});
        return;
    }
    if (who.unanswered != 0) {
        return;
    }
    if (!who.registered) {
        who.has_claimed = true;
        say(index, {opcode::cr, who.name, "", 0});
        return;
    }
    const std::size_t what = below(20);
    const std::string message = chance(20) ? "again" : "message " + std::to_string(++messages_);
    if (what == 0 && chance(30)) {
        leave(index);
    } else if (what < 8) {
        if (!who.favourable.empty() && chance(75)) {
            say(index, {opcode::spm, who.favourable[below(who.favourable.size())], message, 0});
        } else {
            who.asked = some_name();
            say(index, {opcode::rpm, who.asked, "", 0});
        }
    } else if (what < 14) {
        say(index, {opcode::sma, "", message, 0});
    } else if (what < 18) {
        say(index, {opcode::pc, some_name(), "", 0});
    } else if (what == 18) {
        say(index, {opcode::cr, some_name(), "", 0});
    }
}

void watched_model::act_wildly(std::size_t index) {
    client& who = clients_[index];
    switch (below(14)) {
    case 0: say(index, {opcode::error, "", "", static_cast<std::uint8_t>(chance(50) ? 0 : 5)}); break;
    case 1: say(index, {opcode::spm, some_name(), "wild " + std::to_string(++messages_), 0}); break;
    case 2: say(index, {opcode::sma, "", chance(30) ? "" : "wild to all", 0}); break;
    case 3: say(index, {opcode::pc, some_name(), "", 0}); break;
    case 4:
    case 5: say(index, {opcode::rpm, some_name(), "", 0}); break;
    case 6: say(index, {opcode::cr, some_name(), "", 0}); break;
    case 7: say_bytes(index, std::string("\x07garbage\x03\0\0", 11)); break;
    case 8: leave(index); break;
    case 9: say_bytes(index, std::string("\x06\x03", 2)); break;
    case 10: who.owed.clear(); break;  // forgets to answer
    case 11: now_ += chance(30) ? 40s : 3s; break;
    default: break;
    }
}

void watched_model::say(std::size_t index, const model_packet& packet) {
    client& who = clients_[index];
    if (packet.op != opcode::error) {
        who.sent_pc = packet.op == opcode::pc;
        ++who.unanswered;
    }
    say_bytes(index, write_packet(packet, {}));
}

void watched_model::say_bytes(std::size_t index, std::string bytes) {
    if (!settings_.near_server) {
        hear(index, speaker::client, bytes);
    }
    clients_[index].on_the_way.push_back(std::move(bytes));
}

/// The capture gets these bytes.
void watched_model::hear(std::size_t index, speaker by, std::string_view bytes) {
    utterances& said = heard_.talks[index].by(by);
    ++heard_.frames;
    std::span<const std::byte> rest = std::as_bytes(std::span{bytes.data(), bytes.size()});
    std::uint64_t offset = said.packets.empty() ? 0 : said.packets.back().offset + said.packets.back().length;
    while (!rest.empty() && !said.broken) {
        const decode_result got = decode(rest, limits{}, offset);
        if (got.status != decode_status::complete) {
            said.broken.emplace();
            said.broken->frame = heard_.frames;
            said.broken->offset = offset;
            said.broken->rule = rule_of(got.error.what);
            return;
        }
        said.packets.push_back({.frame = heard_.frames,
                                .time_ns = now_.count() + 1,
                                .offset = offset,
                                .length = got.consumed,
                                .op = got.packet.op,
                                .code = static_cast<std::uint8_t>(got.packet.code),
                                .pseudo = std::string{got.packet.pseudo},
                                .message = std::string{got.packet.message}});
        offset += got.consumed;
        rest = rest.subspan(got.consumed);
    }
}

void watched_model::hear_end(std::size_t index, speaker by, ending how) {
    utterances& said = heard_.talks[index].by(by);
    said.end = how;
    said.end_frame = ++heard_.frames;
}

void watched_model::leave(std::size_t index) {
    clients_[index].over = true;
    clients_[index].on_the_way.emplace_back();
    if (!settings_.near_server) {
        hear_end(index, speaker::client, ending::fin);
    }
}

void watched_model::let_something_arrive() {
    const std::size_t index = below(clients_.size());
    switch (below(3)) {
    case 0: arrive_near_server(index); break;
    case 1: be_read_by_server(index); break;
    default: arrive_at_client(index); break;
    }
}

/// The server's system has it; when the server looks is its own affair.
void watched_model::arrive_near_server(std::size_t index) {
    client& who = clients_[index];
    if (who.on_the_way.empty()) {
        return;
    }
    std::string bytes = std::move(who.on_the_way.front());
    who.on_the_way.pop_front();
    if (settings_.near_server && bytes.empty()) {
        hear_end(index, speaker::client, ending::fin);
    } else if (settings_.near_server) {
        hear(index, speaker::client, bytes);
    }
    who.to_server.push_back(std::move(bytes));
}

void watched_model::be_read_by_server(std::size_t index) {
    client& who = clients_[index];
    if (who.to_server.empty()) {
        return;
    }
    const std::string bytes = std::move(who.to_server.front());
    who.to_server.pop_front();
    if (bytes.empty()) {
        model_.end(index, now_);
    } else {
        model_.receive(index, std::as_bytes(std::span{bytes.data(), bytes.size()}), now_);
    }
    spread_output();
}

void watched_model::spread_output() {
    for (model_output& one : model_.take_output()) {
        if (settings_.near_server) {
            hear_output(one);
        }
        clients_[one.connection].to_client.push_back(std::move(one));
    }
}

void watched_model::hear_output(const model_output& one) {
    if (one.what == model_output::kind::bytes) {
        hear(one.connection, speaker::server, one.bytes);
    } else {
        hear_end(one.connection, speaker::server, one.what == model_output::kind::close ? ending::fin : ending::reset);
    }
}

void watched_model::arrive_at_client(std::size_t index) {
    client& who = clients_[index];
    if (who.to_client.empty()) {
        return;
    }
    const model_output one = std::move(who.to_client.front());
    who.to_client.pop_front();
    if (!settings_.near_server) {
        hear_output(one);
    }
    who.over = who.over || one.what != model_output::kind::bytes;
    std::span<const std::byte> rest = std::as_bytes(std::span{one.bytes.data(), one.bytes.size()});
    while (!rest.empty()) {
        const decode_result got = decode(rest, limits{});
        if (got.status != decode_status::complete) {
            return;
        }
        rest = rest.subspan(got.consumed);
        take(index, {got.packet.op, std::string{got.packet.pseudo}, std::string{got.packet.message},
                     static_cast<std::uint8_t>(got.packet.code)});
    }
}

/// A client has read a packet.
void watched_model::take(std::size_t index, const model_packet& packet) {
    client& who = clients_[index];
    if (packet.op != opcode::error) {
        who.owed.push_back(packet);
        return;
    }
    if (who.has_claimed && !who.registered && packet.code == 0) {
        who.registered = true;
    } else if (who.sent_pc && packet.code == 0 && !who.awaits_decision) {
        who.awaits_decision = true;  // one more is to come
        return;
    } else if (!who.asked.empty() && packet.code == 0) {
        who.favourable.push_back(who.asked);
    } else if (packet.code == 4) {
        who.favourable.clear();
    }
    who.asked.clear();
    who.awaits_decision = false;
    who.unanswered -= who.unanswered != 0 ? 1 : 0;
}

/// Until nothing is on its way and everybody has answered what he owes.
void watched_model::settle() {
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            const client& who = clients_[index];
            while (!who.on_the_way.empty() || !who.to_server.empty() || !who.to_client.empty()) {
                arrive_near_server(index);
                be_read_by_server(index);
                arrive_at_client(index);
                moved = true;
            }
            if (!clients_[index].owed.empty() && !clients_[index].over) {
                clients_[index].owed.pop_front();
                say(index, {opcode::error, "", "", 0});
                moved = true;
            }
        }
    }
}

}  // namespace chatos::conformance::testing
