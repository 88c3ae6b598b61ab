// The steps of a script. How the driver takes its turns and compares is in session_driver.cpp.
#include "session/session_run.hpp"

#include <algorithm>
#include <chrono>

namespace chatos::fuzz {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t to_send_bytes_max = 64U << 10U;
constexpr unsigned fragments_max = 24;
constexpr unsigned deadlines_max = 4'000;

/// Steps that need a connection, and get one.
bool sends(action what) {
    return (what >= action::send_cr && what <= action::ask_and_send) || what == action::send_raw ||
           what == action::send_broken || what == action::burst;
}

std::uint8_t opcode_byte(opcode op) {
    return static_cast<std::uint8_t>(op);
}

}  // namespace

session_run::session_run(std::span<const std::byte> script, std::string* transcript)
    : setup_{setup_of(script)}, reader_{script}, core_{setup_.bounds}, witness_{setup_.bounds}, transcript_{
                                                                                                    transcript} {}

verdict session_run::run() {
    set_up();
    session_step step;
    while (!found_ && reader_.next(step)) {
        if (setup_.clock_ticks) {
            now_ += std::chrono::microseconds{1};
        }
        why_ = step.what >= action::wait && step.what <= action::lose_track ? cause::time : cause::event;
        perform(step);
        if (step.what != action::lose_track) {
            turn();
        }
        check();
    }
    come_to_rest();
    everybody_leaves();
    if (transcript_ != nullptr) {
        for (std::size_t number = 1; number < got_.size(); ++number) {
            if (!got_[number].empty()) {
                *transcript_ += "connection " + std::to_string(number) + " got" + got_[number] + "\n";
            }
        }
        if (found_) {
            *transcript_ += "property '" + std::string{found_->property} + "' is broken: " + found_->detail + "\n";
        }
    }
    return found_;
}

void session_run::set_up() {
    for (unsigned place = 0; place < setup_.users && !found_; ++place) {
        peer& one = peers_[place];
        if (connect(one)) {
            send(one, wire_of(opcode_byte(opcode::cr), usual_pseudo(place), {}));
            say(one, "connects and registers as " + std::string{usual_pseudo(place)});
        }
        turn();
    }
    check();
}

void session_run::perform(const session_step& step) {
    peer& one = peers_[step.place];
    if (sends(step.what) && !connect(one)) {
        return;
    }
    if (transcript_ != nullptr) {
        say_step(step, one);
    }
    switch (step.what) {
    case action::connect: static_cast<void>(connect(one)); break;
    case action::wait:
    case action::wait_long:
    case action::until_before:
    case action::until_at:
    case action::until_after:
    case action::oversleep:
    case action::lose_track: pass_time_for(step); break;
    case action::drain:
        if (step.value < drain_values) {
            core_.drain(now_);
            witness_.drain(now_);
            told_ = std::max(told_, now_);
        }
        break;
    case action::be_late: late_ = step.value % 2 == 1; break;
    case action::receive_visitors:
        receive_visitors(one, setup_.large_bursts && step.value >= 250 ? 1'023U : step.value % 4U);
        break;
    case action::hold:
    case action::release:
    case action::fragment:
    case action::cut:
    case action::end_input:
    case action::reset:
    case action::stop_reading:
    case action::read_on:
    case action::read_in_pieces:
    case action::read_some:
        if (one.is_connected) {
            change_peer(step, one);
        }
        break;
    default: send_for(step, one); break;
    }
}

void session_run::send_for(const session_step& step, peer& one) {
    const std::string_view pseudo = pseudo_of(step.value);
    const auto message = [&](unsigned choice) { return message_of(static_cast<std::uint8_t>(choice), ++messages_); };
    switch (step.what) {
    case action::send_cr: send(one, wire_of(opcode_byte(opcode::cr), pseudo, {})); break;
    case action::send_rpm: send(one, wire_of(opcode_byte(opcode::rpm), pseudo, {})); break;
    case action::send_spm: send(one, wire_of(opcode_byte(opcode::spm), pseudo, message(step.value >> 5U))); break;
    case action::send_sma: send(one, wire_of(opcode_byte(opcode::sma), {}, message(step.value))); break;
    case action::send_pc: send(one, wire_of(opcode_byte(opcode::pc), pseudo, {})); break;
    case action::send_error: send(one, wire_of_error(code_of(step.value))); break;
    case action::answer_all: {
        std::string answers;
        for (; one.owes != 0; --one.owes) {
            answers += wire_of_error(code_of(step.value));
        }
        send(one, std::move(answers));
        break;
    }
    case action::ask_and_send:
        send(one, wire_of(opcode_byte(opcode::rpm), pseudo, {}) +
                      wire_of(opcode_byte(opcode::spm), pseudo, message(step.value >> 5U)));
        break;
    case action::send_raw: send(one, {reinterpret_cast<const char*>(step.raw.data()), step.raw.size()}); break;
    case action::send_broken: send(one, std::string{broken_packet(step.value)}); break;
    default: burst(one, step); break;
    }
}

void session_run::change_peer(const session_step& step, peer& one) {
    switch (step.what) {
    case action::hold: one.holds = true; break;
    case action::release:
        one.holds = false;
        send(one, std::exchange(one.held, {}));
        break;
    case action::fragment: one.fragment_bytes = step.value % 16U; break;
    case action::cut:
        one.cuts_next = true;
        one.cut_bytes = step.value;
        break;
    case action::end_input:
        one.ends_input = true;
        feed(one);
        break;
    case action::reset: lose(one, "reset"); break;
    case action::stop_reading: one.reads = false; break;
    case action::read_on:
        one.reads = true;
        one.piece_bytes = 0;
        bring_in_line(one);
        break;
    case action::read_in_pieces:
        one.reads = true;
        one.piece_bytes = step.value % 32U;
        bring_in_line(one);
        break;
    default: static_cast<void>(write_some(one, step.value)); break;
    }
}

void session_run::pass_time_for(const session_step& step) {
    const moment next = witness_.next_deadline().value_or(now_);
    const milliseconds quarters{250 * step.value};
    switch (step.what) {
    case action::wait: sleep_until(now_ + milliseconds{step.value * (step.place + 1)}); return;
    case action::wait_long: sleep_until(now_ + std::chrono::seconds{step.value % 64}); return;
    case action::until_before: now_ = std::max(now_, next - std::chrono::nanoseconds{1}); break;
    case action::until_at: now_ = std::max(now_, next); break;
    case action::until_after: now_ = std::max(now_, next + std::chrono::nanoseconds{1}); break;
    case action::lose_track:
        now_ += step.value < clock_back_values ? quarters : -milliseconds{100 * (step.value - clock_back_values)};
        return;
    default: now_ += quarters; break;
    }
    tell_time();
}

// Everybody reads and answers nothing, until no limit is left to run out.
void session_run::come_to_rest() {
    late_ = false;
    why_ = cause::time;
    if (transcript_ != nullptr) {
        *transcript_ += "all read on and say nothing, until nothing is left to happen; then all leave\n";
    }
    for (peer& one : peers_) {
        one.reads = true;
        one.piece_bytes = 0;
        one.to_send.clear();
        one.sent = 0;
        one.holds = false;
        if (one.is_connected) {
            bring_in_line(one);
        }
    }
    tell_time();
    run_out_of_deadlines();
    if (!found_) {
        found(check_rest(witness_, core_.count(), core_.connections()));
    }
}

void session_run::everybody_leaves() {
    for (peer& one : peers_) {
        if (one.is_connected && one.number % 2 == 0) {
            lose(one, "reset");
        } else {
            one.ends_input = true;
        }
    }
    run_out_of_deadlines();
    if (!found_) {
        found(check_nothing_is_left(core_.count(), core_.connections(), core_.next_deadline().has_value()));
    }
}

void session_run::run_out_of_deadlines() {
    turn();
    check();
    unsigned left = deadlines_max;
    for (auto next = core_.next_deadline(); next && !found_; next = core_.next_deadline()) {
        if (--left == 0) {
            found(failure{"time", "there is always a next deadline"});
            return;
        }
        now_ = std::max(now_, *next);
        tell_time();
        turn();
        check();
    }
}

bool session_run::connect(peer& one) {
    if (one.is_connected || found_ || !core_.accepts_connections()) {
        return one.is_connected;
    }
    one = peer{};
    one.is_connected = true;
    one.id = core_.connect(now_);
    one.number = witness_.connect(now_);
    told_ = std::max(told_, now_);
    connections_most_ = std::max(connections_most_, core_.connections());
    if (one.id.slot >= connections_most_) {
        found(
            failure{"ledger", "connection " + std::to_string(one.number) + " has a slot behind those that were free"});
        return true;
    }
    if (generations_.size() <= one.id.slot) {
        generations_.resize(std::size_t{one.id.slot} + 1);
    }
    if (generations_[one.id.slot] == one.id.generation) {
        found(failure{"ledger", "connection " + std::to_string(one.number) + " has the id of one that is gone"});
    }
    generations_[one.id.slot] = one.id.generation;
    one.armed = core_.wants_input(one.id);
    say(one, "connects");
    return true;
}

void session_run::send(peer& one, std::string bytes) {
    if (one.cuts_next) {
        one.cuts_next = false;
        bytes.resize(std::min<std::size_t>(bytes.size(), one.cut_bytes));
    }
    std::string& end = one.holds ? one.held : one.to_send;
    if (end.size() + bytes.size() <= to_send_bytes_max) {
        end += bytes;
    }
    one.fragments_left = fragments_max;
    feed(one);
}

void session_run::burst(peer& one, const session_step& step) {
    const unsigned kind = step.value >> 5U;
    const bool is_answered_at_once = kind == 0 || kind == 2 || kind == 3 || kind == 6 || kind == 7;
    const bool is_large = setup_.large_bursts && is_answered_at_once;
    unsigned count = is_large ? (step.value % 32U + 1) * 66U : step.value % 8U + 1;
    count = std::min(count, burst_left_);
    burst_left_ -= count;
    const std::string_view own = usual_pseudo(step.place);
    const std::string_view other = usual_pseudo(step.place + 1);
    std::string bytes = kind == 5 ? wire_of(opcode_byte(opcode::rpm), other, {}) : std::string{};
    for (; count != 0; --count) {
        switch (kind) {
        case 0: bytes += wire_of(opcode_byte(opcode::rpm), own, {}); break;
        case 1: bytes += wire_of(opcode_byte(opcode::sma), {}, message_of(0, ++messages_)); break;
        case 2: bytes += wire_of(opcode_byte(opcode::cr), own, {}); break;
        case 3: bytes += wire_of(opcode_byte(opcode::pc), "nobody", {}); break;
        case 4: bytes += wire_of_error(0); break;
        case 6: bytes += wire_of(opcode_byte(opcode::pc), other, {}); break;
        default: bytes += wire_of(opcode_byte(opcode::spm), other, message_of(0, ++messages_)); break;
        }
    }
    send(one, std::move(bytes));
}

// More users than a favour is remembered for can come only one after the other.
void session_run::receive_visitors(peer& one, unsigned count) {
    peer& visitor = peers_.back();
    for (count = std::min(count, burst_left_); count != 0 && one.is_connected && !found_; --count, --burst_left_) {
        if (!connect(visitor)) {
            return;
        }
        send(visitor, wire_of(opcode_byte(opcode::cr), "visitor", {}));
        send(one, wire_of(opcode_byte(opcode::rpm), "visitor", {}));
        turn();
        if (visitor.is_connected) {
            lose(visitor, "reset");
        }
    }
}

void session_run::lose(peer& one, std::string_view how) {
    say(one, how);
    core_.lost(one.id, now_);
    witness_.lost(one.number, now_);
    told_ = std::max(told_, now_);
    one = peer{};
}

}  // namespace chatos::fuzz
