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
bool sends(action kind) {
    return (kind >= action::send_cr && kind <= action::ask_and_send) || kind == action::send_raw ||
           kind == action::send_broken || kind == action::burst;
}

std::uint8_t opcode_byte(opcode op) {
    return static_cast<std::uint8_t>(op);
}

}  // namespace

session_run::session_run(std::span<const std::byte> script, std::string* transcript)
    : setup_{setup_of(script)}, reader_{script}, core_{setup_.bounds}, oracle_{setup_.bounds}, transcript_{transcript} {
}

verdict session_run::run() {
    set_up();
    session_step step;
    while (!broken_ && reader_.next(step)) {
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
        if (broken_) {
            *transcript_ += "property '" + std::string{broken_->property} + "' is broken: " + broken_->detail + "\n";
        }
    }
    return broken_;
}

void session_run::set_up() {
    for (unsigned place = 0; place < setup_.users && !broken_; ++place) {
        peer& client = peers_[place];
        if (connect(client)) {
            send(client, wire_of(opcode_byte(opcode::cr), usual_pseudo(place), {}));
            say(client, "connects and registers as " + std::string{usual_pseudo(place)});
        }
        turn();
    }
    check();
}

void session_run::perform(const session_step& step) {
    peer& client = peers_[step.place];
    if (sends(step.what) && !connect(client)) {
        return;
    }
    if (transcript_ != nullptr) {
        say_step(step, client);
    }
    switch (step.what) {
    case action::connect: static_cast<void>(connect(client)); break;
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
            oracle_.drain(now_);
        }
        break;
    case action::be_late: late_ = step.value % 2 == 1; break;
    case action::receive_visitors:
        receive_visitors(client, setup_.large_bursts && step.value >= 250 ? 1'023U : step.value % 4U);
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
        if (client.is_connected) {
            change_peer(step, client);
        }
        break;
    default: send_for(step, client); break;
    }
}

void session_run::send_for(const session_step& step, peer& client) {
    const std::string_view pseudo = pseudo_of(step.value);
    const auto message = [&](unsigned choice) { return message_of(static_cast<std::uint8_t>(choice), ++messages_); };
    switch (step.what) {
    case action::send_cr: send(client, wire_of(opcode_byte(opcode::cr), pseudo, {})); break;
    case action::send_rpm: send(client, wire_of(opcode_byte(opcode::rpm), pseudo, {})); break;
    case action::send_spm: send(client, wire_of(opcode_byte(opcode::spm), pseudo, message(step.value >> 5U))); break;
    case action::send_sma: send(client, wire_of(opcode_byte(opcode::sma), {}, message(step.value))); break;
    case action::send_pc: send(client, wire_of(opcode_byte(opcode::pc), pseudo, {})); break;
    case action::send_error: send(client, wire_of_error(code_of(step.value))); break;
    case action::answer_all: {
        std::string answers;
        for (; client.owes != 0; --client.owes) {
            answers += wire_of_error(code_of(step.value));
        }
        send(client, std::move(answers));
        break;
    }
    case action::ask_and_send:
        send(client, wire_of(opcode_byte(opcode::rpm), pseudo, {}) +
                         wire_of(opcode_byte(opcode::spm), pseudo, message(step.value >> 5U)));
        break;
    case action::send_raw: send(client, {reinterpret_cast<const char*>(step.raw.data()), step.raw.size()}); break;
    case action::send_broken: send(client, std::string{broken_packet(step.value)}); break;
    default: burst(client, step); break;
    }
}

void session_run::change_peer(const session_step& step, peer& client) {
    switch (step.what) {
    case action::hold: client.holds = true; break;
    case action::release:
        client.holds = false;
        send(client, std::exchange(client.held, {}));
        break;
    case action::fragment: client.fragment_bytes = step.value % 16U; break;
    case action::cut:
        client.cuts_next = true;
        client.cut_bytes = step.value;
        break;
    case action::end_input:
        client.ends_input = true;
        feed(client);
        break;
    case action::reset: drop(client, "reset"); break;
    case action::stop_reading: client.reads = false; break;
    case action::read_on:
        client.reads = true;
        client.piece_bytes = 0;
        sync(client);
        break;
    case action::read_in_pieces:
        client.reads = true;
        client.piece_bytes = step.value % 32U;
        sync(client);
        break;
    default: static_cast<void>(write_some(client, step.value)); break;
    }
}

void session_run::pass_time_for(const session_step& step) {
    const moment next = oracle_.next_deadline().value_or(now_);
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

// Every client reads and answers nothing, until all timeouts have passed.
void session_run::come_to_rest() {
    late_ = false;
    why_ = cause::time;
    if (transcript_ != nullptr) {
        *transcript_ += "all read on and say nothing, until nothing is left to happen; then all leave\n";
    }
    for (peer& client : peers_) {
        client.reads = true;
        client.piece_bytes = 0;
        client.to_send.clear();
        client.sent = 0;
        client.holds = false;
        if (client.is_connected) {
            sync(client);
        }
    }
    tell_time();
    run_out_of_deadlines();
    if (!broken_) {
        report(check_rest(oracle_, core_.count(), core_.connections()));
    }
}

void session_run::everybody_leaves() {
    for (peer& client : peers_) {
        if (client.is_connected && client.number % 2 == 0) {
            drop(client, "reset");
        } else {
            client.ends_input = true;
        }
    }
    run_out_of_deadlines();
    if (!broken_) {
        report(check_nothing_is_left(core_.count(), core_.connections(), core_.next_deadline().has_value()));
    }
}

void session_run::run_out_of_deadlines() {
    turn();
    check();
    unsigned left = deadlines_max;
    for (auto next = core_.next_deadline(); next && !broken_; next = core_.next_deadline()) {
        if (--left == 0) {
            report(failure{"time", "there is always a next deadline"});
            return;
        }
        now_ = std::max(now_, *next);
        tell_time();
        turn();
        check();
    }
}

bool session_run::connect(peer& client) {
    if (client.is_connected || broken_ || !core_.accepts_connections()) {
        return client.is_connected;
    }
    client = peer{};
    client.is_connected = true;
    client.id = core_.connect(now_);
    client.number = oracle_.connect(now_);
    connections_most_ = std::max(connections_most_, core_.connections());
    if (client.id.slot >= connections_most_) {
        report(failure{"ledger",
                       "connection " + std::to_string(client.number) + " has a slot after those that were free"});
        return true;
    }
    if (generations_.size() <= client.id.slot) {
        generations_.resize(std::size_t{client.id.slot} + 1);
    }
    if (generations_[client.id.slot] == client.id.generation) {
        report(failure{"ledger", "connection " + std::to_string(client.number) + " has the id of one that is gone"});
    }
    generations_[client.id.slot] = client.id.generation;
    client.armed = core_.wants_input(client.id);
    say(client, "connects");
    return true;
}

void session_run::send(peer& client, std::string bytes) {
    if (client.cuts_next) {
        client.cuts_next = false;
        bytes.resize(std::min<std::size_t>(bytes.size(), client.cut_bytes));
    }
    std::string& end = client.holds ? client.held : client.to_send;
    if (end.size() + bytes.size() <= to_send_bytes_max) {
        end += bytes;
    }
    client.fragments_left = fragments_max;
    feed(client);
}

void session_run::burst(peer& client, const session_step& step) {
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
    send(client, std::move(bytes));
}

// More users than a favour is remembered for can come only one after the other.
void session_run::receive_visitors(peer& client, unsigned count) {
    peer& visitor = peers_.back();
    for (count = std::min(count, burst_left_); count != 0 && client.is_connected && !broken_; --count, --burst_left_) {
        if (!connect(visitor)) {
            return;
        }
        send(visitor, wire_of(opcode_byte(opcode::cr), "visitor", {}));
        send(client, wire_of(opcode_byte(opcode::rpm), "visitor", {}));
        turn();
        if (visitor.is_connected) {
            drop(visitor, "reset");
        }
    }
}

void session_run::drop(peer& client, std::string_view how) {
    say(client, how);
    core_.lost(client.id, now_);
    oracle_.lost(client.number, now_);
    client = peer{};
}

}  // namespace chatos::fuzz
