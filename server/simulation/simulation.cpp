// What operations do.
#include "simulation/simulation.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace chatos::core::simulation {

using std::chrono::milliseconds;

simulation::simulation(const setting& chosen, const subject_maker& make)
    : bounds_{bounds_of(chosen)}, chronicle_{chosen.users, bounds_,
                                             [this] { return subject_->count().deliveries_without_room; }},
      subject_{make(bounds_, *this)} {}

bool simulation::play(const operation& one) {
    chronicle_.next_step(now_);
    if (one.actor < chronicle_.actors.size() && one.pseudo < chronicle_.actors.size() && act_out(one)) {
        if (one.turn) {
            turn();
            check_line(one.actor);
            check_line(one.pseudo);  // most people have the pseudo of their own number
        }
        check();
    }
    return !chronicle_.failed();
}

// False when the operation is impossible now.
bool simulation::act_out(const operation& one) {
    switch (one.what) {
    case act::join: join(one); return true;
    case act::wait: wait(one.amount); return true;
    case act::oversleep:
        turn();  // nobody goes to sleep before
        now_ += milliseconds{one.amount};
        chronicle_.next_step(now_);
        subject_->advance(now_);
        return true;
    case act::drain:
        for (actor& each : chronicle_.actors) {
            each.unsure = each.unsure || (each.connected && !subject_->core.wants_input(each.id));
        }
        chronicle_.drains();
        subject_->core.drain(now_);
        return true;
    default: break;
    }
    actor& someone = chronicle_.actors[one.actor];
    if (!someone.connected) {
        return false;
    }
    if (one.what == act::reset) {
        lose(one.actor);
    } else if (one.what == act::read_some && someone.reads == reading::nothing) {
        static_cast<void>(read(one.actor, one.amount));
        serve(one.actor);
    } else if (one.what >= act::reads_all) {
        change_ways(one);
    } else {
        speak(one);
    }
    return true;
}

void simulation::join(const operation& one) {
    actor& newcomer = chronicle_.actors[one.actor];
    if (newcomer.connected || !subject_->core.accepts_connections()) {
        return;
    }
    newcomer = actor{};
    newcomer.connected = true;
    newcomer.id = subject_->core.connect(now_);
    ++events_;
    newcomer.answers = one.code == 0 ? answering::at_once : one.code == 1 ? answering::when_told : answering::never;
    if (actor_by_slot_.size() <= newcomer.id.slot) {
        actor_by_slot_.resize(std::size_t{newcomer.id.slot} + 1);
    }
    actor_by_slot_[newcomer.id.slot] = one.actor;
    send_request(one.actor, opcode::cr, one.pseudo, 0);
    newcomer.fragment = one.fragment;
    hand_over(one.actor, one.hold);
}

void simulation::speak(const operation& one) {
    actor& speaker = chronicle_.actors[one.actor];
    if (speaker.ended || speaker.will_end || (speaker.stuck && one.what != act::end)) {
        return;
    }
    const auto code = static_cast<error_code>(one.code);
    switch (one.what) {
    case act::claim: send_request(one.actor, opcode::cr, one.pseudo, 0); break;
    case act::ask: send_request(one.actor, opcode::rpm, one.pseudo, 0); break;
    case act::write: send_request(one.actor, opcode::rpm, one.pseudo, 0); [[fallthrough]];
    case act::write_unasked: send_request(one.actor, opcode::spm, one.pseudo, one.amount); break;
    case act::broadcast: send_request(one.actor, opcode::sma, 0, one.amount); break;
    case act::offer: send_request(one.actor, opcode::pc, one.pseudo, 0); break;
    case act::burst: send_burst(one); break;
    case act::answer:
        if (speaker.answers == answering::when_told) {
            send_answers(one.actor, std::min(one.amount, speaker.owed.size() - speaker.answers_on_the_way), code);
        }
        break;
    case act::stray: send_stray(one.actor, code); return;
    case act::malformed: send_malformed(one.actor, one.amount); break;
    case act::unfinished:
        send_raw(one.actor, std::string{"\x04\0\0\0\x40", 5}.append(20, 'x').substr(0, one.amount), false);
        break;
    case act::end:
        if (!speaker.stuck) {
            send_burst(one);
        }
        speaker.will_end = true;
        speaker.ends_early = one.code == 1;
        break;
    default: break;
    }
    speaker.fragment = one.fragment;
    hand_over(one.actor, one.hold);
}

void simulation::send_burst(const operation& one) {
    for (std::uint32_t i = 0; i < one.amount && chronicle_.actors[one.actor].unsent() < 100'000; ++i) {
        send_request(one.actor, opcode::rpm, one.pseudo, 0);
    }
}

void simulation::change_ways(const operation& one) {
    actor& changed = chronicle_.actors[one.actor];
    switch (one.what) {
    case act::reads_all: changed.reads = reading::all; break;
    case act::reads_slowly: changed.reads = reading::slowly; break;
    case act::reads_nothing:
        changed.reads = reading::nothing;
        changed.hindered = true;
        break;
    case act::answers_all:
        changed.answers = answering::at_once;
        changed.answer_code = static_cast<error_code>(one.code);
        break;
    case act::answers_told: changed.answers = answering::when_told; break;
    case act::linger: changed.lingers = true; break;
    default: return;
    }
    changed.read_bytes = std::max(1U, one.amount);
    serve(one.actor);
}

void simulation::put(std::uint16_t who, sent_packet packet) {
    actor& one = chronicle_.actors[who];
    one.composed = one.handed + one.unsent();
    packet.end = one.composed;
    one.on_the_way.push_back(packet);
}

void simulation::send_request(std::uint16_t who, opcode kind, std::uint16_t pseudo, std::uint32_t length) {
    std::string& outbox = chronicle_.actors[who].outbox;
    const auto big_endian = [&outbox](std::uint32_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
            outbox.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU));
        }
    };
    outbox.push_back(static_cast<char>(kind));
    if (kind != opcode::sma) {
        const std::string name = pseudo_text(pseudo);
        big_endian(static_cast<std::uint32_t>(name.size()), 2);
        outbox += name;
    }
    std::uint32_t serial = 0;
    if (kind == opcode::spm || kind == opcode::sma || kind == opcode::pc) {
        serial = chronicle_.compose(kind, who, pseudo, length);
    }
    if (kind == opcode::spm || kind == opcode::sma) {
        big_endian(length, 4);
        chronicle::append_message(outbox, serial, length);
    }
    put(who, {.kind = kind, .pseudo = pseudo, .serial = serial});
}

void simulation::send_answers(std::uint16_t who, std::uint32_t count, error_code code) {
    if (count == 0) {
        return;
    }
    actor& one = chronicle_.actors[who];
    for (std::uint32_t i = 0; i < count; ++i) {
        one.outbox.push_back(static_cast<char>(opcode::error));
        one.outbox.push_back(static_cast<char>(code));
    }
    one.answers_on_the_way += count;
    put(who, {.kind = opcode::error, .code = code, .count = count});
}

// FLOW-3. Only from somebody to whom nothing is on its way: otherwise it might answer what has not arrived.
void simulation::send_stray(std::uint16_t who, error_code code) {
    actor& one = chronicle_.actors[who];
    std::array<std::span<const std::byte>, 1> piece;
    const server& core = subject_->core;
    if (one.unsent() != 0 || !one.owed.empty() || !one.inbox.empty() || core.gather(one.id, piece) != 0 ||
        !core.wants_input(one.id)) {
        return;
    }
    const statistics before = subject_->count();
    send_answers(who, 1, code);
    one.fragment = 0;
    hand_over(who, 0);
    const statistics after = subject_->count();
    if (one.registered && bounds_.receive_bytes_max > 1 && after.answers_unasked != before.answers_unasked + 1) {
        chronicle_.fail("FLOW-3: an answer that nobody asked for is not ignored", "actor " + std::to_string(who));
    }
}

void simulation::send_raw(std::uint16_t who, std::string_view bytes, bool malformed) {
    chronicle_.actors[who].outbox += bytes;
    chronicle_.actors[who].stuck = !malformed;
    if (malformed) {
        put(who, {.malformed = true});
    }
}

void simulation::send_malformed(std::uint16_t who, std::uint32_t kind) {
    using namespace std::string_view_literals;
    static constexpr std::array forms{
        "\0"sv,                          // WIRE-1
        "\x07user1"sv,                   // WIRE-1
        "\xff"sv,                        // WIRE-1
        "\x01\0\0"sv,                    // WIRE-9: no pseudo
        "\x02\x80\0"sv,                  // WIRE-11: a negative size
        "\x04\xff\xff\xff\xff"sv,        // WIRE-11
        "\x04\x7f\xff\xff\xff"sv,        // WIRE-14: a giant one
        "\x01\0\x21"sv,                  // WIRE-14: a pseudo of 33 bytes
        "\x05\0\x02\xc3\x28"sv,          // WIRE-8
        "\x04\0\0\0\x03\xed\xa0\x80"sv,  // WIRE-8: a surrogate
        "\x04\0\0\0\x02\xc0\xaf"sv,      // WIRE-8: overlong
        "\x06\x03"sv,                    // WIRE-12
        "\x06\xc8"sv,                    // WIRE-12
    };
    send_raw(who, forms[kind % forms.size()], true);
}

}  // namespace chatos::core::simulation
