// What a driver does: hands over bytes while the core wants them, takes what it writes to the clients, follows its
// farewells, and lets time pass.
#include "simulation/simulation.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace chatos::core::simulation {

using std::chrono::milliseconds;

namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span<const char>{text.data(), text.size()});
}

}  // namespace

actor* simulation::find(connection_id id) {
    actor& one = chronicle_.actors[actor_by_slot_[id.slot]];
    return one.connected && one.id == id ? &one : nullptr;
}

void simulation::take(const notice& notice) {
    if (find(notice.connection) == nullptr) {
        chronicle_.fail("a notice about somebody who is gone", {});
        return;
    }
    chronicle_.told(notice, actor_by_slot_[notice.connection.slot]);
}

void simulation::arrives(connection_id at, const packet_view& packet) {
    if (find(at) != nullptr) {
        chronicle_.arrives(actor_by_slot_[at.slot], packet);
    }
}

// `fragments` of 0: all. What the core does not want now is handed over when it does.
void simulation::hand_over(std::uint16_t who, std::uint32_t fragments) {
    actor& one = chronicle_.actors[who];
    const bool all = fragments == 0;
    while (one.unsent() != 0 && (all || fragments-- != 0) && subject_->core.wants_input(one.id)) {
        const std::size_t bytes = std::min(
            {one.unsent(), one.fragment == 0 ? SIZE_MAX : std::size_t{one.fragment}, bounds_.receive_bytes_max});
        one.handed += bytes;
        while (!one.on_the_way.empty()) {
            sent_packet& next = one.on_the_way.front();
            if (next.end - std::uint64_t{2} * (next.count - 1) > one.handed) {
                break;
            }
            chronicle_.completes(who, next);
            if (--next.count == 0) {
                static_cast<void>(one.on_the_way.pop_front());
            }
        }
        const std::string_view run = std::string_view{one.outbox}.substr(one.outbox_begin, bytes);
        one.outbox_begin += bytes;
        ++events_;
        subject_->receive(one.id, as_bytes(run), now_);
        chronicle_.handed_over(who, subject_->core.wants_input(one.id));
        if (one.unsent() == 0) {
            one.outbox.clear();
            one.outbox_begin = 0;
        }
    }
    if (one.unsent() == 0 && one.will_end) {
        hand_end(who);
    }
}

void simulation::hand_end(std::uint16_t who) {
    actor& one = chronicle_.actors[who];
    const bool wanted = subject_->core.wants_input(one.id);
    if (one.ended || (!wanted && !one.ends_early)) {
        return;
    }
    one.ended = true;
    chronicle_.session_over(who, wanted);
    ++events_;
    subject_->core.end_of_input(one.id, now_);
}

void simulation::answer_what_came(std::uint16_t who) {
    actor& one = chronicle_.actors[who];
    if (one.answers == answering::at_once && !one.ended && !one.will_end && !one.stuck &&
        one.owed.size() > one.answers_on_the_way) {
        send_answers(who, one.owed.size() - one.answers_on_the_way, one.answer_code);
    }
}

// Brings a connection into line with what the core wants.
void simulation::serve(std::uint16_t who) {
    actor& one = chronicle_.actors[who];
    ++served_;
    while (one.reads != reading::nothing && !chronicle_.failed()) {
        const bool slow = one.reads == reading::slowly;
        if (read(who, slow ? one.read_bytes : SIZE_MAX) == 0) {
            break;
        }
    }
    const close_action wish = subject_->core.close_action_of(one.id);
    if (wish == close_action::close) {
        if (!one.saw_end && one.reads == reading::all && one.inbox.empty() && !one.hindered) {
            chronicle_.saw_end(who);
        }
        lose(who);
        return;
    }
    if (wish == close_action::shut_down_sending) {
        if (!one.saw_end) {
            chronicle_.saw_end(who);
        }
        if (!one.ended && !subject_->core.wants_input(one.id)) {
            chronicle_.fail("ERR-5: not read on while it closes", "actor " + std::to_string(who));
        }
        if (!one.lingers && !one.ended) {
            one.outbox.clear();
            one.outbox_begin = 0;
            one.on_the_way.clear();
            one.will_end = true;
            one.ends_early = true;
            hand_end(who);
        }
        return;
    }
    answer_what_came(who);
    if (one.unsent() != 0 || one.will_end) {
        hand_over(who, 0);
    }
}

std::size_t simulation::read(std::uint16_t who, std::size_t bytes_max) {
    actor& one = chronicle_.actors[who];
    std::array<std::span<const std::byte>, 16> pieces;
    const std::size_t count = subject_->core.gather(one.id, pieces);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < count && taken < bytes_max; ++i) {
        const auto piece = pieces[i].first(std::min(pieces[i].size(), bytes_max - taken));
        unpack(who, piece);
        taken += piece.size();
    }
    if (taken != 0) {
        ++events_;
        subject_->core.wrote(one.id, taken, now_);
    }
    return taken;
}

// Cuts what has come into packets.
void simulation::unpack(std::uint16_t who, std::span<const std::byte> piece) {
    actor& one = chronicle_.actors[who];
    const bool kept = !one.inbox.empty();
    if (kept) {
        one.inbox.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    std::span<const std::byte> rest = kept ? as_bytes(one.inbox) : piece;
    while (!rest.empty()) {
        const decode_result found = decode(rest, bounds_.packet_limits);
        if (found.status == decode_status::malformed) {
            chronicle_.fail("WIRE: the server sends a malformed packet", {});
            return;
        }
        if (found.status == decode_status::incomplete) {
            break;
        }
        subject_->carry(one.id, found.packet, *this);
        rest = rest.subspan(found.consumed);
    }
    if (kept) {
        one.inbox.erase(0, one.inbox.size() - rest.size());
    } else {
        one.inbox.assign(reinterpret_cast<const char*>(rest.data()), rest.size());
    }
}

void simulation::lose(std::uint16_t who) {
    const connection_id id = chronicle_.actors[who].id;
    chronicle_.gone(who);
    ++events_;
    subject_->lost(id, now_);
}

void simulation::turn() {
    std::uint32_t rounds = 0;
    for (bool moved = true; moved && !chronicle_.failed();) {
        moved = false;
        if (subject_->core.has_work()) {
            ++events_;
            subject_->core.run(now_);
            moved = true;
        }
        while (const auto changed = subject_->next_changed()) {
            if (find(*changed) != nullptr) {
                serve(actor_by_slot_[changed->slot]);
            }
            moved = true;
        }
        if (++rounds == 1'000'000) {
            chronicle_.fail("a turn that does not end", {});
        }
    }
}

// The core is woken at each of its deadlines and at no other moment.
void simulation::wait(std::uint32_t time_ms) {
    turn();  // nobody goes to sleep before
    const time_point until = now_ + milliseconds{time_ms};
    const server& core = subject_->core;
    std::optional<time_point> last;
    for (auto next = core.next_deadline(); next && *next <= until && !chronicle_.failed();
         next = core.next_deadline()) {
        if (last == next) {
            chronicle_.fail("a deadline that does not go away", {});
        }
        last = next;
        now_ = std::max(now_, *next);
        chronicle_.next_step(now_);
        const std::uint64_t before = served_;
        subject_->advance(now_);
        turn();
        events_ += served_ != before ? 1U : 0U;
    }
    now_ = until;
    chronicle_.next_step(now_);
}

void simulation::check() {
    chronicle_.check(subject_->count());
    if (++operations_ % operations_per_check == 0) {
        if (const std::string fault = subject_->core.check_invariants(); !fault.empty()) {
            chronicle_.fail("audit", fault);
        }
    }
}

// After a turn nothing waits for a driver that only looks where it is told to.
void simulation::check_line(std::uint16_t who) {
    const actor& one = chronicle_.actors[who];
    std::array<std::span<const std::byte>, 1> piece;
    if (one.connected && one.reads != reading::nothing && subject_->core.gather(one.id, piece) != 0) {
        chronicle_.fail("the driver was not told of something to write", "actor " + std::to_string(who));
    }
}

bool simulation::come_to_rest() {
    turn();
    for (std::uint16_t who = 0; who < chronicle_.actors.size() && !chronicle_.failed(); ++who) {
        actor& one = chronicle_.actors[who];
        if (one.connected) {
            one.reads = reading::all;
            serve(who);
        }
    }
    turn();
    const auto longest = bounds_.pc_timeout + bounds_.answer_timeout + bounds_.login_timeout + bounds_.flush_timeout +
                         bounds_.linger_timeout;
    wait(static_cast<std::uint32_t>(longest.count()) + 1);
    turn();
    check();
    check_rest();
    if (!chronicle_.failed() && !chronicle_.is_draining()) {
        static_cast<void>(play({.what = act::drain}));
        for (const actor& one : chronicle_.actors) {
            if (one.connected && !one.saw_end) {
                chronicle_.fail("a server that is told to stop waits for nothing",
                                "slot " + std::to_string(one.id.slot));
            }
        }
    }
    wait(static_cast<std::uint32_t>((bounds_.drain_timeout + longest).count()) + 1);
    turn();
    check();
    const statistics left = subject_->count();
    if (left.connections_open != 0 || left.output_bytes_queued != 0 || left.output_memory_bytes != 0 ||
        left.input_memory_bytes != 0) {
        chronicle_.fail("something is kept for those who are gone",
                        std::to_string(left.connections_open) + " connections, " +
                            std::to_string(left.output_memory_bytes) + " and " +
                            std::to_string(left.input_memory_bytes) + " bytes");
    }
    if (const std::string fault = subject_->core.check_invariants(); !fault.empty()) {
        chronicle_.fail("audit", fault);
    }
    return !chronicle_.failed();
}

// Everything was answered, settled or given up, and who waits for an answer has it.
void simulation::check_rest() {
    const statistics counted = subject_->count();
    if (counted.requests_pending != 0 || counted.deliveries_waiting != 0) {
        chronicle_.fail("a request or a delivery outlives its time limit", {});
    }
    for (const actor& one : chronicle_.actors) {
        if (one.connected && !one.asked.empty() && !one.cut && !one.unsure) {
            chronicle_.fail("FLOW-1: a request without its answer", "slot " + std::to_string(one.id.slot));
        }
    }
}

}  // namespace chatos::core::simulation
