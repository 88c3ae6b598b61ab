// The driver's part of a session: bytes in, bytes out, time, and the comparison with the oracle.
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
    oracle_.pass_time(now_);
    told_ = std::max(told_, now_);
}

// As a driver that wakes up at each deadline and at no other moment.
void session_run::sleep_until(moment when) {
    unsigned left = 500;
    for (auto next = core_.next_deadline(); next && *next <= when && left != 0 && !broken_; --left) {
        now_ = std::max(now_, *next);
        tell_time();
        turn();
        check();
        next = core_.next_deadline();
    }
    now_ = std::max(now_, when);
    tell_time();
}

// Delivers the bytes that are in the network as long as the core wants it, and the end of it whether it does or not.
void session_run::feed(peer& client) {
    while (client.is_connected && !broken_) {
        if (client.sent < client.to_send.size()) {
            client.armed = client.armed && core_.wants_input(client.id);
            if (!client.armed) {
                break;
            }
            send_fragment(client);
            client.armed = core_.wants_input(client.id);
            report(check_wants_input(oracle_, client.number, client.armed, why_));
            report(check_counts(oracle_, core_.count()));  // how far it came in one go
        } else if (client.ends_input && !client.ended) {
            client.ended = true;
            core_.end_of_input(client.id, now_);
            oracle_.end_of_input(client.number, now_);
            client.armed = false;
        } else {
            break;
        }
    }
    if (client.sent == client.to_send.size()) {
        client.to_send.clear();
        client.sent = 0;
    }
}

// One run of bytes.
void session_run::send_fragment(peer& client) {
    std::size_t bytes = std::min(client.to_send.size() - client.sent, core_.bounds().receive_bytes_max);
    if (client.fragment_bytes != 0 && client.fragments_left != 0) {
        bytes = std::min<std::size_t>(bytes, client.fragment_bytes);
        --client.fragments_left;
    }
    // Bytes of their own end where they end, for AddressSanitizer to see; they are not kept.
    const auto begin = client.to_send.begin() + static_cast<std::ptrdiff_t>(client.sent);
    const std::vector<char> run(begin, begin + static_cast<std::ptrdiff_t>(bytes));
    client.sent += bytes;
    core_.receive(client.id, std::as_bytes(std::span{run}), now_);
    oracle_.receive(client.number, std::as_bytes(std::span{run}), now_);
}

// One turn of the driver: everything that is ready, until nothing moves any more.
void session_run::turn() {
    if (late_) {
        return;
    }
    for (bool moved = true; moved && !broken_;) {
        moved = false;
        for (peer& client : peers_) {
            const bool sends = !client.to_send.empty() && client.armed;
            const bool ends = client.to_send.empty() && client.ends_input && !client.ended;
            if (client.is_connected && (sends || ends)) {
                feed(client);
                moved = true;
            }
        }
        core_.run(now_);
        for (unsigned left = runs_max; core_.has_work() && !broken_; --left) {
            core_.run(now_);
            if (left == 0) {
                report(failure{"rest", "run() never comes to an end"});
            }
        }
        oracle_.run(now_);
        tell_time();
        while (const auto changed = core_.next_changed()) {
            const auto position = std::ranges::find_if(
                peers_, [&](const peer& each) { return each.is_connected && each.id == *changed; });
            if (position == peers_.end()) {
                report(failure{"told", "the driver is told of a connection that does not exist"});
                return;
            }
            sync(*position);
            moved = true;
        }
    }
}

// Shows in shown_ the output of the connection, and whether that is all.
bool session_run::show_output(const peer& client, std::size_t pieces_max) {
    std::array<std::span<const std::byte>, pieces_at_once> pieces;
    const std::size_t count = core_.gather(client.id, std::span{pieces}.first(pieces_max));
    shown_.clear();
    for (const auto& piece : std::span{pieces}.first(count)) {
        shown_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return count < pieces_max;
}

// Writes what the connection takes: false when there was nothing.
bool session_run::write_some(peer& client, std::size_t bytes_max) {
    const bool all = show_output(client, pieces_at_once);
    report(check_output(oracle_, client.number, shown_, all, why_));
    const std::size_t bytes = std::min(shown_.size(), bytes_max);
    if (bytes == 0 || broken_) {
        return false;
    }
    client.inbox.append(shown_, 0, bytes);
    core_.wrote(client.id, bytes, now_);
    oracle_.wrote(client.number, bytes, now_);
    read_inbox(client);
    return true;
}

void session_run::sync(peer& client) {
    for (unsigned count = 0; client.reads && !broken_; ++count) {
        const std::size_t bytes_max = client.piece_bytes == 0 || count > 2 ? SIZE_MAX : client.piece_bytes;
        if (!write_some(client, bytes_max)) {
            break;
        }
    }
    if (broken_) {
        return;
    }
    client.followed = core_.close_action_of(client.id);
    const bool output_left = !show_output(client, 1);
    report(check_close_action(oracle_, client.number, client.followed, output_left, why_));
    if (client.followed == core::close_action::close) {
        drop(client, "is closed by the server");
        return;
    }
    client.armed = core_.wants_input(client.id);
}

// What has come, packet by packet, as a strict client reads it.
void session_run::read_inbox(peer& client) {
    std::string_view remaining = client.inbox;
    while (!remaining.empty()) {
        const decode_result next = decode(std::as_bytes(std::span{remaining}), setup_.bounds.packet_limits);
        if (next.status == decode_status::incomplete) {
            break;
        }
        if (next.status == decode_status::malformed || !layout_of(next.packet.op).from_server) {
            report(failure{"wire", "connection " + std::to_string(client.number) +
                                       " was sent what no server sends: " + packet_in_words(remaining)});
            return;
        }
        client.owes += next.packet.op == opcode::error ? 0U : 1U;
        if (transcript_ != nullptr && &client != &peers_.back()) {
            got_.resize(std::max<std::size_t>(got_.size(), client.number + 1));
            got_[client.number] += (got_[client.number].empty() ? " " : ", ") + packet_in_words(remaining);
        }
        remaining.remove_prefix(next.consumed);
    }
    client.inbox.erase(0, client.inbox.size() - remaining.size());
}

void session_run::check() {
    for (const peer& client : peers_) {
        if (client.is_connected && !broken_) {
            check_peer(client);
        }
    }
    if (broken_) {
        return;
    }
    report(check_deadline(oracle_, core_.next_deadline(), told_));
    report(check_accepts(oracle_, core_.accepts_connections()));
    if (oracle_.has_work() && !core_.has_work()) {
        report(failure{"told", "bytes are left to be acted on, and the driver is not told to call run()"});
    }
    report(check_counts(oracle_, core_.count()));
    if (const std::string fault = core_.check_invariants(); !fault.empty()) {
        report(failure{"ledger", "the audit says: " + fault});
    }
}

void session_run::check_peer(const peer& client) {
    const bool all = show_output(client, pieces_at_once);
    const bool wanted = core_.wants_input(client.id);
    const core::close_action close_action = core_.close_action_of(client.id);
    report(check_output(oracle_, client.number, shown_, all, why_));
    report(check_wants_input(oracle_, client.number, wanted, why_));
    report(check_close_action(oracle_, client.number, close_action, !shown_.empty(), why_));
    if (late_) {
        return;
    }
    const std::string name = "connection " + std::to_string(client.number);
    if (client.reads && !shown_.empty()) {
        report(failure{"told", name + " has output, and the driver is not told"});
    }
    if (close_action != client.followed) {
        report(failure{"told", name + " is to be closed, and the driver is not told"});
    }
    if (wanted != client.armed) {
        report(failure{"told",
                       name + (wanted ? " is to be read" : " is not to be read") + ", and the driver is not told"});
    }
}

void session_run::report(verdict broken) {
    if (!broken_) {
        broken_ = std::move(broken);
    }
}

void session_run::say(const peer& client, std::string_view words) {
    if (transcript_ != nullptr && &client != &peers_.back()) {
        transcript_->append(std::to_string(client.number)).append(": ").append(words).append("\n");
    }
}

// The step as a person would tell it.
void session_run::say_step(const session_step& step, const peer& client) {
    using std::to_string;
    const std::string name = (client.is_connected ? to_string(client.number) : "place " + to_string(step.place)) + ": ";
    const std::string pseudo{pseudo_of(step.value)};
    const auto add_line = [&](const std::string& words) { transcript_->append(words).append("\n"); };
    const std::string quarters = to_string(250 * step.value) + " ms";
    const std::string number = to_string(messages_ + 1);
    switch (step.what) {
    case action::connect: return;
    case action::send_cr: return add_line(name + "sends CR " + pseudo);
    case action::send_rpm: return add_line(name + "sends RPM " + pseudo);
    case action::send_spm: return add_line(name + "sends SPM " + pseudo + " \"" + number + "\"");
    case action::send_sma: return add_line(name + "sends SMA \"" + number + "\"");
    case action::send_pc: return add_line(name + "sends PC " + pseudo);
    case action::send_error: return add_line(name + "sends ERROR " + to_string(code_of(step.value)));
    case action::answer_all:
        return add_line(name + "answers " + to_string(client.owes) + " deliveries ERROR " +
                        to_string(code_of(step.value)));
    case action::ask_and_send:
        return add_line(name + "sends RPM " + pseudo + " and SPM " + pseudo + " \"" + number + "\"");
    case action::hold: return add_line(name + "holds back what it sends");
    case action::release: return add_line(name + "sends what it held back");
    case action::fragment: return add_line(name + "sends fragments of " + to_string(step.value % 16) + " bytes");
    case action::cut: return add_line(name + "will send only " + to_string(step.value) + " bytes of the next packet");
    case action::send_raw:
        return add_line(name + "sends " +
                        packet_in_words({reinterpret_cast<const char*>(step.raw.data()), step.raw.size()}));
    case action::send_broken: return add_line(name + "sends " + packet_in_words(broken_packet(step.value)));
    case action::end_input: return add_line(name + "half-closes");
    case action::reset: return;
    case action::stop_reading: return add_line(name + "reads nothing");
    case action::read_on: return add_line(name + "reads all");
    case action::read_in_pieces: return add_line(name + "reads in pieces of " + to_string(step.value % 32) + " bytes");
    case action::read_some: return add_line(name + "reads " + to_string(step.value) + " bytes");
    case action::wait: return add_line("time +" + to_string(step.value * (step.place + 1)) + " ms");
    case action::wait_long: return add_line("time +" + to_string(step.value % 64 * 1'000) + " ms");
    case action::until_before: return add_line("time until just before the next deadline");
    case action::until_at: return add_line("time until the next deadline");
    case action::until_after: return add_line("time until just after the next deadline");
    case action::oversleep: return add_line("time +" + quarters + ", the driver sleeps");
    case action::lose_track:
        return step.value < clock_back_values ? add_line("time +" + quarters + ", the driver does not notice")
                                              : add_line("the driver's clock goes back");
    case action::drain: return step.value < drain_values ? add_line("drain") : void();
    case action::be_late: return add_line(step.value % 2 == 1 ? "the driver is busy" : "the driver takes its turns");
    case action::burst: return add_line(name + "sends a burst of kind " + to_string(step.value >> 5U));
    case action::receive_visitors: return add_line(name + "receives visitors");
    }
}

}  // namespace chatos::fuzz
