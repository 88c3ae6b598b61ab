// The driver's part of a session: bytes in, bytes out, time, and the comparison with the witness.
#include "session/session_run.hpp"

#include <chatos/decode.hpp>

#include <algorithm>

namespace chatos::fuzz {

namespace {

constexpr std::size_t pieces_at_once = 32;
constexpr unsigned runs_max = 20'000;

}  // namespace

void session_run::tell_time() {
    core_.advance(now_);
    witness_.pass_time(now_);
    told_ = std::max(told_, now_);
}

// As a driver that wakes up at each deadline and at no other moment.
void session_run::sleep_until(moment when) {
    unsigned left = 500;
    for (auto next = core_.next_deadline(); next && *next <= when && left != 0 && !found_; --left) {
        now_ = std::max(now_, *next);
        tell_time();
        turn();
        check();
        next = core_.next_deadline();
    }
    now_ = std::max(now_, when);
    tell_time();
}

// Hands over what lies in the network as long as the core wants it, and the end of it whether it does or not.
void session_run::feed(peer& one) {
    while (one.is_connected && !found_) {
        if (one.sent < one.to_send.size()) {
            one.armed = one.armed && core_.wants_input(one.id);
            if (!one.armed) {
                break;
            }
            hand_over(one);
            one.armed = core_.wants_input(one.id);
            found(check_wants_input(witness_, one.number, one.armed, why_));
            found(check_counts(witness_, core_.count()));  // how far it came in one go
        } else if (one.ends_input && !one.ended) {
            one.ended = true;
            core_.end_of_input(one.id, now_);
            witness_.end_of_input(one.number, now_);
            one.armed = false;
        } else {
            break;
        }
        told_ = std::max(told_, now_);
    }
    if (one.sent == one.to_send.size()) {
        one.to_send.clear();
        one.sent = 0;
    }
}

// One run of bytes.
void session_run::hand_over(peer& one) {
    std::size_t bytes = std::min(one.to_send.size() - one.sent, core_.bounds().receive_bytes_max);
    if (one.fragment_bytes != 0 && one.fragments_left != 0) {
        bytes = std::min<std::size_t>(bytes, one.fragment_bytes);
        --one.fragments_left;
    }
    // Bytes of their own end where they end, for AddressSanitizer to see; they are not kept.
    const auto begin = one.to_send.begin() + static_cast<std::ptrdiff_t>(one.sent);
    const std::vector<char> run(begin, begin + static_cast<std::ptrdiff_t>(bytes));
    one.sent += bytes;
    core_.receive(one.id, std::as_bytes(std::span{run}), now_);
    witness_.receive(one.number, std::as_bytes(std::span{run}), now_);
}

// One turn of the driver: everything that is ready, until nothing moves any more.
void session_run::turn() {
    if (late_) {
        return;
    }
    for (bool moved = true; moved && !found_;) {
        moved = false;
        for (peer& one : peers_) {
            const bool sends = !one.to_send.empty() && one.armed;
            const bool ends = one.to_send.empty() && one.ends_input && !one.ended;
            if (one.is_connected && (sends || ends)) {
                feed(one);
                moved = true;
            }
        }
        for (unsigned left = runs_max; core_.has_work() && !found_; --left) {
            core_.run(now_);
            if (left == 0) {
                found(failure{"rest", "run() never comes to an end"});
            }
        }
        witness_.run(now_);
        tell_time();
        while (const auto changed = core_.next_changed()) {
            const auto one = std::ranges::find_if(
                peers_, [&](const peer& each) { return each.is_connected && each.id == *changed; });
            if (one == peers_.end()) {
                found(failure{"told", "the driver is told of a connection that does not exist"});
                return;
            }
            bring_in_line(*one);
            moved = true;
        }
    }
}

// Shows in shown_ the output of the connection, and whether that is all.
bool session_run::show_output(const peer& one, std::size_t pieces_max) {
    std::array<std::span<const std::byte>, pieces_at_once> pieces;
    const std::size_t count = core_.gather(one.id, std::span{pieces}.first(pieces_max));
    shown_.clear();
    for (const auto& piece : std::span{pieces}.first(count)) {
        shown_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return count < pieces_max;
}

// Writes what the connection takes: false when there was nothing.
bool session_run::write_some(peer& one, std::size_t bytes_max) {
    const bool all = show_output(one, pieces_at_once);
    found(check_output(witness_, one.number, shown_, all, why_));
    const std::size_t bytes = std::min(shown_.size(), bytes_max);
    if (bytes == 0 || found_) {
        return false;
    }
    one.inbox.append(shown_, 0, bytes);
    core_.wrote(one.id, bytes, now_);
    witness_.wrote(one.number, bytes, now_);
    told_ = std::max(told_, now_);
    read_inbox(one);
    return true;
}

void session_run::bring_in_line(peer& one) {
    for (unsigned count = 0; one.reads && !found_; ++count) {
        const std::size_t bytes_max = one.piece_bytes == 0 || count > 2 ? SIZE_MAX : one.piece_bytes;
        if (!write_some(one, bytes_max)) {
            break;
        }
    }
    if (found_) {
        return;
    }
    one.followed = core_.close_action_of(one.id);
    const bool output_left = !show_output(one, 1);
    found(check_close_action(witness_, one.number, one.followed, output_left, why_));
    if (one.followed == core::close_action::close) {
        lose(one, "is closed by the server");
        return;
    }
    one.armed = core_.wants_input(one.id);
}

// What has come, packet by packet, as a strict client reads it.
void session_run::read_inbox(peer& one) {
    std::string_view rest = one.inbox;
    while (!rest.empty()) {
        const decode_result next = decode(std::as_bytes(std::span{rest}), setup_.bounds.packet_limits);
        if (next.status == decode_status::incomplete) {
            break;
        }
        if (next.status == decode_status::malformed || !layout_of(next.packet.op).from_server) {
            found(failure{"wire", "connection " + std::to_string(one.number) +
                                      " was sent what no server sends: " + packet_in_words(rest)});
            return;
        }
        one.owes += next.packet.op == opcode::error ? 0U : 1U;
        if (transcript_ != nullptr && &one != &peers_.back()) {
            got_.resize(std::max<std::size_t>(got_.size(), one.number + 1));
            got_[one.number] += (got_[one.number].empty() ? " " : ", ") + packet_in_words(rest);
        }
        rest.remove_prefix(next.consumed);
    }
    one.inbox.erase(0, one.inbox.size() - rest.size());
}

void session_run::check() {
    for (const peer& one : peers_) {
        if (one.is_connected && !found_) {
            check_peer(one);
        }
    }
    if (found_) {
        return;
    }
    found(check_deadline(witness_, core_.next_deadline(), told_));
    found(check_accepts(witness_, core_.accepts_connections()));
    if (witness_.has_work() && !core_.has_work()) {
        found(failure{"told", "bytes are left to be acted on, and the driver is not told to call run()"});
    }
    found(check_counts(witness_, core_.count()));
    if (const std::string fault = core_.check_invariants(); !fault.empty()) {
        found(failure{"ledger", "the audit says: " + fault});
    }
}

void session_run::check_peer(const peer& one) {
    const bool all = show_output(one, pieces_at_once);
    const bool wanted = core_.wants_input(one.id);
    const core::close_action close_action = core_.close_action_of(one.id);
    found(check_output(witness_, one.number, shown_, all, why_));
    found(check_wants_input(witness_, one.number, wanted, why_));
    found(check_close_action(witness_, one.number, close_action, !shown_.empty(), why_));
    if (late_) {
        return;
    }
    const std::string who = "connection " + std::to_string(one.number);
    if (one.reads && !shown_.empty()) {
        found(failure{"told", who + " has output, and the driver is not told"});
    }
    if (close_action != one.followed) {
        found(failure{"told", who + " is to be closed, and the driver is not told"});
    }
    if (wanted != one.armed) {
        found(
            failure{"told", who + (wanted ? " is to be read" : " is not to be read") + ", and the driver is not told"});
    }
}

void session_run::found(verdict what) {
    if (!found_) {
        found_ = std::move(what);
    }
}

void session_run::say(const peer& one, std::string_view words) {
    if (transcript_ != nullptr && &one != &peers_.back()) {
        transcript_->append(std::to_string(one.number)).append(": ").append(words).append("\n");
    }
}

// The step as a person would tell it.
void session_run::say_step(const session_step& step, const peer& one) {
    using std::to_string;
    const std::string who = (one.is_connected ? to_string(one.number) : "place " + to_string(step.place)) + ": ";
    const std::string pseudo{pseudo_of(step.value)};
    const auto told = [&](const std::string& words) { transcript_->append(words).append("\n"); };
    const std::string quarters = to_string(250 * step.value) + " ms";
    const std::string number = to_string(messages_ + 1);
    switch (step.what) {
    case action::connect: return;
    case action::send_cr: return told(who + "sends CR " + pseudo);
    case action::send_rpm: return told(who + "sends RPM " + pseudo);
    case action::send_spm: return told(who + "sends SPM " + pseudo + " \"" + number + "\"");
    case action::send_sma: return told(who + "sends SMA \"" + number + "\"");
    case action::send_pc: return told(who + "sends PC " + pseudo);
    case action::send_error: return told(who + "sends ERROR " + to_string(code_of(step.value)));
    case action::answer_all:
        return told(who + "answers " + to_string(one.owes) + " deliveries ERROR " + to_string(code_of(step.value)));
    case action::ask_and_send: return told(who + "sends RPM " + pseudo + " and SPM " + pseudo + " \"" + number + "\"");
    case action::hold: return told(who + "holds back what it sends");
    case action::release: return told(who + "sends what it held back");
    case action::fragment: return told(who + "sends fragments of " + to_string(step.value % 16) + " bytes");
    case action::cut: return told(who + "will send only " + to_string(step.value) + " bytes of the next packet");
    case action::send_raw:
        return told(who + "sends " +
                    packet_in_words({reinterpret_cast<const char*>(step.raw.data()), step.raw.size()}));
    case action::send_broken: return told(who + "sends " + packet_in_words(broken_packet(step.value)));
    case action::end_input: return told(who + "half-closes");
    case action::reset: return;
    case action::stop_reading: return told(who + "reads nothing");
    case action::read_on: return told(who + "reads all");
    case action::read_in_pieces: return told(who + "reads in pieces of " + to_string(step.value % 32) + " bytes");
    case action::read_some: return told(who + "reads " + to_string(step.value) + " bytes");
    case action::wait: return told("time +" + to_string(step.value * (step.place + 1)) + " ms");
    case action::wait_long: return told("time +" + to_string(step.value % 64 * 1'000) + " ms");
    case action::until_before: return told("time until just before the next deadline");
    case action::until_at: return told("time until the next deadline");
    case action::until_after: return told("time until just after the next deadline");
    case action::oversleep: return told("time +" + quarters + ", the driver sleeps");
    case action::lose_track:
        return step.value < clock_back_values ? told("time +" + quarters + ", the driver does not notice")
                                              : told("the driver's clock goes back");
    case action::drain: return step.value < drain_values ? told("drain") : void();
    case action::be_late: return told(step.value % 2 == 1 ? "the driver is busy" : "the driver takes its turns");
    case action::burst: return told(who + "sends a burst of kind " + to_string(step.value >> 5U));
    case action::receive_visitors: return told(who + "receives visitors");
    }
}

}  // namespace chatos::fuzz
