// The driver: hands over bytes while the core wants them, carries its output to the clients, follows its close actions,
// and lets time pass.
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
    actor& client = checker_.actors[actor_by_slot_[id.slot]];
    return client.connected && client.id == id ? &client : nullptr;
}

void simulation::take(const notice& notice) {
    if (find(notice.connection) == nullptr) {
        checker_.fail("a notice about a connection that is gone", {});
        return;
    }
    checker_.notified(notice, actor_by_slot_[notice.connection.slot]);
}

void simulation::arrives(connection_id at, const packet_view& packet) {
    if (find(at) != nullptr) {
        checker_.arrives(actor_by_slot_[at.slot], packet);
    }
}

// `fragments` 0: all. What the core does not want now is handed over when it does.
void simulation::hand_over(std::uint16_t index, std::uint32_t fragments) {
    actor& client = checker_.actors[index];
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
            checker_.completes(index, next);
            if (--next.count == 0) {
                static_cast<void>(client.on_the_way.pop_front());
            }
        }
        const std::string_view run = std::string_view{client.outbox}.substr(client.outbox_begin, bytes);
        client.outbox_begin += bytes;
        ++events_;
        subject_->receive(client.id, as_bytes(run), now_);
        checker_.handed_over(index, subject_->core.wants_input(client.id));
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
    actor& client = checker_.actors[index];
    const bool wanted = subject_->core.wants_input(client.id);
    if (client.ended || (!wanted && !client.ends_early)) {
        return;
    }
    client.ended = true;
    checker_.session_over(index, wanted);
    ++events_;
    subject_->core.end_of_input(client.id, now_);
}

void simulation::answer_what_came(std::uint16_t index) {
    actor& client = checker_.actors[index];
    if (client.answers == answering::at_once && !client.ended && !client.will_end && !client.stuck &&
        client.owed.size() > client.answers_on_the_way) {
        send_answers(index, client.owed.size() - client.answers_on_the_way, client.answer_code);
    }
}

// Does with a connection what the core wants.
void simulation::serve(std::uint16_t index) {
    actor& client = checker_.actors[index];
    ++served_;
    while (client.reads != reading::nothing && !checker_.failed()) {
        const bool slow = client.reads == reading::slowly;
        if (read(index, slow ? client.read_bytes : SIZE_MAX) == 0) {
            break;
        }
    }
    const close_action wish = subject_->core.close_action_of(client.id);
    if (wish == close_action::close) {
        if (!client.saw_end && client.reads == reading::all && client.inbox.empty() && !client.hindered) {
            checker_.saw_end(index);
        }
        lose(index);
        return;
    }
    if (wish == close_action::shut_down_sending) {
        if (!client.saw_end) {
            checker_.saw_end(index);
        }
        if (!client.ended && !subject_->core.wants_input(client.id)) {
            checker_.fail("ERR-5: not read while it closes", "actor " + std::to_string(index));
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
    actor& client = checker_.actors[index];
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

// Cuts received bytes into packets.
void simulation::unpack(std::uint16_t index, std::span<const std::byte> piece) {
    actor& client = checker_.actors[index];
    const bool kept = !client.inbox.empty();
    if (kept) {
        client.inbox.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    std::span<const std::byte> remaining = kept ? as_bytes(client.inbox) : piece;
    while (!remaining.empty()) {
        const decode_result result = decode(remaining, bounds_.packet_limits);
        if (result.status == decode_status::malformed) {
            checker_.fail("WIRE: the server sends a malformed packet", {});
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
    const connection_id id = checker_.actors[index].id;
    checker_.gone(index);
    ++events_;
    subject_->lost(id, now_);
}

void simulation::turn() {
    std::uint32_t rounds = 0;
    for (bool moved = true; moved && !checker_.failed();) {
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
            checker_.fail("a turn that does not end", {});
        }
    }
}

// Wakes the core at each of its deadlines and at no other moment.
void simulation::wait(std::uint32_t time_ms) {
    turn();  // no pending work when the driver goes to sleep
    const time_point until = now_ + milliseconds{time_ms};
    const server& core = subject_->core;
    std::optional<time_point> last;
    for (auto next = core.next_deadline(); next && *next <= until && !checker_.failed(); next = core.next_deadline()) {
        if (last == next) {
            checker_.fail("a deadline that does not go away", {});
        }
        last = next;
        now_ = std::max(now_, *next);
        checker_.next_step(now_);
        const std::uint64_t before = served_;
        subject_->advance(now_);
        turn();
        events_ += served_ != before ? 1U : 0U;
    }
    now_ = until;
    checker_.next_step(now_);
}

void simulation::check() {
    const statistics counted = subject_->count();
    checker_.check(counted);
    if (memory_short_ && counted.deliveries_made != deliveries_before_) {
        checker_.fail("a delivery was made while memory was short", {});
    }
    deliveries_before_ = counted.deliveries_made;
    if (++operations_ % operations_per_check == 0) {
        if (const std::string fault = subject_->core.check_invariants(); !fault.empty()) {
            checker_.fail("audit", fault);
        }
    }
}

// After a turn nothing waits in connections that next_changed() did not return.
void simulation::check_line(std::uint16_t index) {
    const actor& client = checker_.actors[index];
    std::array<std::span<const std::byte>, 1> piece;
    if (client.connected && client.reads != reading::nothing && subject_->core.gather(client.id, piece) != 0) {
        checker_.fail("next_changed() did not return a connection with bytes to write",
                      "actor " + std::to_string(index));
    }
}

bool simulation::come_to_rest() {
    memory_short_ = false;
    turn();
    for (std::uint16_t index = 0; index < checker_.actors.size() && !checker_.failed(); ++index) {
        actor& client = checker_.actors[index];
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
    if (!checker_.failed() && !checker_.is_draining()) {
        static_cast<void>(play({.kind = operation_kind::drain}));
        wait(static_cast<std::uint32_t>(bounds_.drain_timeout.count() / 2 + 1));  // by then every client was visited
        turn();
        for (const actor& client : checker_.actors) {
            if (client.connected && !client.saw_end) {
                checker_.fail("a draining server waits for nothing", "slot " + std::to_string(client.id.slot));
            }
        }
    }
    wait(static_cast<std::uint32_t>((bounds_.drain_timeout + longest).count()) + 1);
    turn();
    check();
    const statistics left = subject_->count();
    if (left.connections_open != 0 || left.output_bytes_queued != 0 || left.output_memory_bytes != 0 ||
        left.input_memory_bytes != 0) {
        checker_.fail("something is kept for connections that are gone",
                      std::to_string(left.connections_open) + " connections, " +
                          std::to_string(left.output_memory_bytes) + " and " + std::to_string(left.input_memory_bytes) +
                          " bytes");
    }
    if (const std::string fault = subject_->core.check_invariants(); !fault.empty()) {
        checker_.fail("audit", fault);
    }
    return !checker_.failed();
}

// Everything was answered, settled or abandoned, and every client that waited for an answer has it.
void simulation::check_rest() {
    const statistics counted = subject_->count();
    if (counted.requests_pending != 0 || counted.deliveries_waiting != 0) {
        checker_.fail("a request or a delivery outlives its time limit", {});
    }
    for (const actor& client : checker_.actors) {
        if (client.connected && !client.requests.empty() && !client.cut && !client.unsure) {
            checker_.fail("FLOW-1: a request without its answer", "slot " + std::to_string(client.id.slot));
        }
    }
}

}  // namespace chatos::core::simulation
