// The effect of each operation.
#include "simulation/simulation.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace chatos::core::simulation {

using std::chrono::milliseconds;

simulation::simulation(const setting& setting, const subject_maker& make)
    : bounds_{bounds_of(setting)}, checker_{setting.users, bounds_,
                                            [this] { return subject_->count().deliveries_without_room; }},
      subject_{make(bounds_, *this)} {
    subject_->core.watch_memory(&memory_short_);
}

bool simulation::play(const operation& operation) {
    checker_.next_step(now_);
    shortage_left_ -= shortage_left_ == 0 ? 0 : 1;
    if (operation.kind == operation_kind::shortage) {
        shortage_left_ = operation.amount + 1;
    }
    memory_short_ = shortage_left_ != 0;
    if (operation.actor < checker_.actors.size() && operation.pseudo < checker_.actors.size() && act_out(operation)) {
        if (operation.turn) {
            turn();
            check_line(operation.actor);
            check_line(operation.pseudo);  // most clients claim the pseudo of their own number
        }
        check();
    }
    return !checker_.failed();
}

// False when the operation is impossible now.
bool simulation::act_out(const operation& operation) {
    switch (operation.kind) {
    case operation_kind::join: join(operation); return true;
    case operation_kind::wait: wait(operation.amount); return true;
    case operation_kind::oversleep:
        turn();  // no pending work when the driver goes to sleep
        now_ += milliseconds{operation.amount};
        checker_.next_step(now_);
        subject_->advance(now_);
        return true;
    case operation_kind::shortage: return true;
    case operation_kind::drain:
        for (actor& each : checker_.actors) {
            each.unsure = each.unsure || (each.connected && !subject_->core.wants_input(each.id));
        }
        checker_.drains();
        subject_->core.drain(now_);
        return true;
    default: break;
    }
    actor& someone = checker_.actors[operation.actor];
    if (!someone.connected) {
        return false;
    }
    if (operation.kind == operation_kind::reset) {
        lose(operation.actor);
    } else if (operation.kind == operation_kind::read_some && someone.reads == reading::nothing) {
        static_cast<void>(read(operation.actor, operation.amount));
        serve(operation.actor);
    } else if (operation.kind >= operation_kind::reads_all) {
        change_ways(operation);
    } else {
        speak(operation);
    }
    return true;
}

void simulation::join(const operation& operation) {
    actor& newcomer = checker_.actors[operation.actor];
    if (newcomer.connected || !subject_->core.accepts_connections()) {
        return;
    }
    newcomer = actor{};
    newcomer.connected = true;
    newcomer.id = subject_->core.connect(now_);
    ++events_;
    newcomer.answers = operation.code == 0   ? answering::at_once
                       : operation.code == 1 ? answering::when_told
                                             : answering::never;
    if (actor_by_slot_.size() <= newcomer.id.slot) {
        actor_by_slot_.resize(std::size_t{newcomer.id.slot} + 1);
    }
    actor_by_slot_[newcomer.id.slot] = operation.actor;
    send_request(operation.actor, opcode::cr, operation.pseudo, 0);
    newcomer.fragment = operation.fragment;
    hand_over(operation.actor, operation.hold);
}

void simulation::speak(const operation& operation) {
    actor& speaker = checker_.actors[operation.actor];
    if (speaker.ended || speaker.will_end || (speaker.stuck && operation.kind != operation_kind::end)) {
        return;
    }
    const auto code = static_cast<error_code>(operation.code);
    switch (operation.kind) {
    case operation_kind::claim: send_request(operation.actor, opcode::cr, operation.pseudo, 0); break;
    case operation_kind::ask: send_request(operation.actor, opcode::rpm, operation.pseudo, 0); break;
    case operation_kind::write: send_request(operation.actor, opcode::rpm, operation.pseudo, 0); [[fallthrough]];
    case operation_kind::write_unasked:
        send_request(operation.actor, opcode::spm, operation.pseudo, operation.amount);
        break;
    case operation_kind::broadcast: send_request(operation.actor, opcode::sma, 0, operation.amount); break;
    case operation_kind::offer: send_request(operation.actor, opcode::pc, operation.pseudo, 0); break;
    case operation_kind::burst: send_burst(operation); break;
    case operation_kind::answer:
        if (speaker.answers == answering::when_told) {
            send_answers(operation.actor, std::min(operation.amount, speaker.owed.size() - speaker.answers_on_the_way),
                         code);
        }
        break;
    case operation_kind::stray: send_stray(operation.actor, code); return;
    case operation_kind::malformed: send_malformed(operation.actor, operation.amount); break;
    case operation_kind::unfinished:
        send_raw(operation.actor, std::string{"\x04\0\0\0\x40", 5}.append(20, 'x').substr(0, operation.amount), false);
        break;
    case operation_kind::end:
        if (!speaker.stuck) {
            send_burst(operation);
        }
        speaker.will_end = true;
        speaker.ends_early = operation.code == 1;
        break;
    default: break;
    }
    speaker.fragment = operation.fragment;
    hand_over(operation.actor, operation.hold);
}

void simulation::send_burst(const operation& operation) {
    for (std::uint32_t i = 0; i < operation.amount && checker_.actors[operation.actor].unsent() < 100'000; ++i) {
        send_request(operation.actor, opcode::rpm, operation.pseudo, 0);
    }
}

void simulation::change_ways(const operation& operation) {
    actor& changed = checker_.actors[operation.actor];
    switch (operation.kind) {
    case operation_kind::reads_all: changed.reads = reading::all; break;
    case operation_kind::reads_slowly: changed.reads = reading::slowly; break;
    case operation_kind::reads_nothing:
        changed.reads = reading::nothing;
        changed.hindered = true;
        break;
    case operation_kind::answers_all:
        changed.answers = answering::at_once;
        changed.answer_code = static_cast<error_code>(operation.code);
        break;
    case operation_kind::answers_told: changed.answers = answering::when_told; break;
    case operation_kind::linger: changed.lingers = true; break;
    default: return;
    }
    changed.read_bytes = std::max(1U, operation.amount);
    serve(operation.actor);
}

void simulation::put(std::uint16_t index, sent_packet packet) {
    actor& client = checker_.actors[index];
    client.composed = client.handed + client.unsent();
    packet.end = client.composed;
    client.on_the_way.push_back(packet);
}

void simulation::send_request(std::uint16_t index, opcode kind, std::uint16_t pseudo, std::uint32_t length) {
    std::string& outbox = checker_.actors[index].outbox;
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
        serial = checker_.compose(kind, index, pseudo, length);
    }
    if (kind == opcode::spm || kind == opcode::sma) {
        big_endian(length, 4);
        history_checker::append_message(outbox, serial, length);
    }
    put(index, {.kind = kind, .pseudo = pseudo, .serial = serial});
}

void simulation::send_answers(std::uint16_t index, std::uint32_t count, error_code code) {
    if (count == 0) {
        return;
    }
    actor& client = checker_.actors[index];
    for (std::uint32_t i = 0; i < count; ++i) {
        client.outbox.push_back(static_cast<char>(opcode::error));
        client.outbox.push_back(static_cast<char>(code));
    }
    client.answers_on_the_way += count;
    put(index, {.kind = opcode::error, .code = code, .count = count});
}

// FLOW-3. Only from a client without deliveries in transit: otherwise it might answer one that has not arrived.
void simulation::send_stray(std::uint16_t index, error_code code) {
    actor& client = checker_.actors[index];
    std::array<std::span<const std::byte>, 1> piece;
    const server& core = subject_->core;
    if (client.unsent() != 0 || !client.owed.empty() || !client.inbox.empty() || core.gather(client.id, piece) != 0 ||
        !core.wants_input(client.id)) {
        return;
    }
    const statistics before = subject_->count();
    send_answers(index, 1, code);
    client.fragment = 0;
    hand_over(index, 0);
    const statistics after = subject_->count();
    if (client.registered && bounds_.receive_bytes_max > 1 && after.answers_unasked != before.answers_unasked + 1) {
        checker_.fail("FLOW-3: an unsolicited answer is not ignored", "actor " + std::to_string(index));
    }
}

void simulation::send_raw(std::uint16_t index, std::string_view bytes, bool malformed) {
    checker_.actors[index].outbox += bytes;
    checker_.actors[index].stuck = !malformed;
    if (malformed) {
        put(index, {.malformed = true});
    }
}

void simulation::send_malformed(std::uint16_t index, std::uint32_t kind) {
    using namespace std::string_view_literals;
    static constexpr std::array forms{
        "\0"sv,                          // WIRE-1
        "\x07user1"sv,                   // WIRE-1
        "\xff"sv,                        // WIRE-1
        "\x01\0\0"sv,                    // WIRE-9: no pseudo
        "\x02\x80\0"sv,                  // WIRE-11: a negative size
        "\x04\xff\xff\xff\xff"sv,        // WIRE-11
        "\x04\x7f\xff\xff\xff"sv,        // WIRE-14: a huge size
        "\x01\0\x21"sv,                  // WIRE-14: a pseudo of 33 bytes
        "\x05\0\x02\xc3\x28"sv,          // WIRE-8
        "\x04\0\0\0\x03\xed\xa0\x80"sv,  // WIRE-8: a surrogate
        "\x04\0\0\0\x02\xc0\xaf"sv,      // WIRE-8: overlong
        "\x06\x03"sv,                    // WIRE-12
        "\x06\xc8"sv,                    // WIRE-12
    };
    send_raw(index, forms[kind % forms.size()], true);
}

}  // namespace chatos::core::simulation
