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
    actor& client = chronicle_.actors[actor_by_slot_[id.slot]];
    return client.connected && client.id == id ? &client : nullptr;
}

void simulation::take(const notice& notice) {
    if (find(notice.connection) == nullptr) {
        chronicle_.fail("a notice about somebody who is gone", {});
        return;
    }
    chronicle_.notified(notice, actor_by_slot_[notice.connection.slot]);
}

void simulation::arrives(connection_id at, const packet_view& packet) {
    if (find(at) != nullptr) {
        chronicle_.arrives(actor_by_slot_[at.slot], packet);
    }
}

// `fragments` of 0: all. What the core does not want now is handed over when it does.
void simulation::hand_over(std::uint16_t index, std::uint32_t fragments) {
    actor& client = chronicle_.actors[index];
    const bool all = fragments == 0;
    while (client.unsent() != 0 && (all || fragments-- != 0) && subject_->core.wants_input(client.id)) {
        const std::size_t bytes =
            std::min({client.unsent(), client.fragment == 0 ? SIZE_MAX : std::size_t{client.fragment},
                      bounds_.receive_bytes_max});
        client.handed += bytes;
        while (!client.on_the_way.empty()) {
            sent_packet& next = client.on_the_way.front();
            if (next.end - std::uint64_t{2} * (next.count - 1) > client.handed) {
                break;
            }
            chronicle_.completes(index, next);
            if (--next.count == 0) {
                static_cast<void>(client.on_the_way.pop_front());
            }
        }
        const std::string_view run = std::string_view{client.outbox}.substr(client.outbox_begin, bytes);
        client.outbox_begin += bytes;
        ++events_;
        subject_->receive(client.id, as_bytes(run), now_);
        chronicle_.handed_over(index, subject_->core.wants_input(client.id));
        if (client.unsent() == 0) {
            client.outbox.clear();
            client.outbox_begin = 0;
        }
    }
    if (client.unsent() == 0 && client.will_end) {
        hand_end(index);
    }
}

void simulation::hand_end(std::uint16_t index) {
    actor& client = chronicle_.actors[index];
    const bool wanted = subject_->core.wants_input(client.id);
    if (client.ended || (!wanted && !client.ends_early)) {
        return;
    }
    client.ended = true;
    chronicle_.session_over(index, wanted);
    ++events_;
    subject_->core.end_of_input(client.id, now_);
}

void simulation::answer_what_came(std::uint16_t index) {
    actor& client = chronicle_.actors[index];
    if (client.answers == answering::at_once && !client.ended && !client.will_end && !client.stuck &&
        client.owed.size() > client.answers_on_the_way) {
        send_answers(index, client.owed.size() - client.answers_on_the_way, client.answer_code);
    }
}

// Brings a connection into line with what the core wants.
void simulation::serve(std::uint16_t index) {
    actor& client = chronicle_.actors[index];
    ++served_;
    while (client.reads != reading::nothing && !chronicle_.failed()) {
        const bool slow = client.reads == reading::slowly;
        if (read(index, slow ? client.read_bytes : SIZE_MAX) == 0) {
            break;
        }
    }
    const close_action wish = subject_->core.close_action_of(client.id);
    if (wish == close_action::close) {
        if (!client.saw_end && client.reads == reading::all && client.inbox.empty() && !client.hindered) {
            chronicle_.saw_end(index);
        }
        lose(index);
        return;
    }
    if (wish == close_action::shut_down_sending) {
        if (!client.saw_end) {
            chronicle_.saw_end(index);
        }
        if (!client.ended && !subject_->core.wants_input(client.id)) {
            chronicle_.fail("ERR-5: not read on while it closes", "actor " + std::to_string(index));
        }
        if (!client.lingers && !client.ended) {
            client.outbox.clear();
            client.outbox_begin = 0;
            client.on_the_way.clear();
            client.will_end = true;
            client.ends_early = true;
            hand_end(index);
        }
        return;
    }
    answer_what_came(index);
    if (client.unsent() != 0 || client.will_end) {
        hand_over(index, 0);
    }
}

std::size_t simulation::read(std::uint16_t index, std::size_t bytes_max) {
    actor& client = chronicle_.actors[index];
    std::array<std::span<const std::byte>, 16> pieces;
    const std::size_t count = subject_->core.gather(client.id, pieces);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < count && taken < bytes_max; ++i) {
        const auto piece = pieces[i].first(std::min(pieces[i].size(), bytes_max - taken));
        unpack(index, piece);
        taken += piece.size();
    }
    if (taken != 0) {
        ++events_;
        subject_->core.wrote(client.id, taken, now_);
    }
    return taken;
}

// Cuts what has come into packets.
void simulation::unpack(std::uint16_t index, std::span<const std::byte> piece) {
    actor& client = chronicle_.actors[index];
    const bool kept = !client.inbox.empty();
    if (kept) {
        client.inbox.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    std::span<const std::byte> remaining = kept ? as_bytes(client.inbox) : piece;
    while (!remaining.empty()) {
        const decode_result result = decode(remaining, bounds_.packet_limits);
        if (result.status == decode_status::malformed) {
            chronicle_.fail("WIRE: the server sends a malformed packet", {});
            return;
        }
        if (result.status == decode_status::incomplete) {
            break;
        }
        subject_->carry(client.id, result.packet, *this);
        remaining = remaining.subspan(result.consumed);
    }
    if (kept) {
        client.inbox.erase(0, client.inbox.size() - remaining.size());
    } else {
        client.inbox.assign(reinterpret_cast<const char*>(remaining.data()), remaining.size());
    }
}

void simulation::lose(std::uint16_t index) {
    const connection_id id = chronicle_.actors[index].id;
    chronicle_.gone(index);
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
void simulation::check_line(std::uint16_t index) {
    const actor& client = chronicle_.actors[index];
    std::array<std::span<const std::byte>, 1> piece;
    if (client.connected && client.reads != reading::nothing && subject_->core.gather(client.id, piece) != 0) {
        chronicle_.fail("the driver was not told of something to write", "actor " + std::to_string(index));
    }
}

bool simulation::come_to_rest() {
    turn();
    for (std::uint16_t index = 0; index < chronicle_.actors.size() && !chronicle_.failed(); ++index) {
        actor& client = chronicle_.actors[index];
        if (client.connected) {
            client.reads = reading::all;
            serve(index);
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
        static_cast<void>(play({.kind = act::drain}));
        for (const actor& client : chronicle_.actors) {
            if (client.connected && !client.saw_end) {
                chronicle_.fail("a server that is told to stop waits for nothing",
                                "slot " + std::to_string(client.id.slot));
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
    for (const actor& client : chronicle_.actors) {
        if (client.connected && !client.requests.empty() && !client.cut && !client.unsure) {
            chronicle_.fail("FLOW-1: a request without its answer", "slot " + std::to_string(client.id.slot));
        }
    }
}

}  // namespace chatos::core::simulation
