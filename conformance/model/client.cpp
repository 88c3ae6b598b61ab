// Input from the server, and the client's answers.
#include "model/client.hpp"

#include "model/client_wire.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

using enum client_fault;

/// Without control characters.
std::string printable_line(std::string text) {
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        c = byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    return text;
}

}  // namespace

client_model::client_model(client_settings settings)
    : settings_{std::move(settings)}, reading_{reader_settings(settings_.faults, settings_.variants)} {}

std::vector<client_output> client_model::take_output() {
    return std::exchange(output_, {});
}

void client_model::connected() {
    if (has(connects_and_is_mute)) {
        is_deaf_ = true;
        return;
    }
    if (has(connects_and_hangs_up)) {
        leave(client_exit::broken);
        return;
    }
    if (has(sending_garbage)) {
        output_.push_back({client_output::kind::send, "\xFF\xFE what is this? \x01", {}});
        return;
    }
    if (has(speaks_before_cr)) {
        send({opcode::sma, "", "hello", 0});
    }
    // CLI-1: only the CR before its answer.
    send({opcode::cr, settings_.pseudo + (has(registers_as_another) ? "2" : ""), "", 0});
    if (has(registers_twice)) {
        send({opcode::cr, settings_.pseudo, "", 0});
    }
}

void client_model::receive(std::string_view bytes) {
    if (is_over_ || is_deaf_) {
        return;
    }
    unread_ += bytes;
    bool is_first = true;
    read_packets(is_first);
    settle();
    send_next();
}

/// CLI-7: reads all complete packets.
void client_model::read_packets(bool& is_first) {
    while (!is_over_ && !is_deaf_ && !unread_.empty()) {
        if (has(takes_empty_pseudo) && unread_.starts_with(std::string_view{"\x03\0\0", 3})) {
            unread_.replace(1, 2, std::string{"\0\1?", 3});
        }
        const read_result result = read_packet(unread_, reading_);
        if (result.fatal) {
            crash();
            return;
        }
        if (result.status == read_status::incomplete) {
            unread_ = has(unfinished_packet_lost) ? "" : unread_;
            return;
        }
        if (result.status == read_status::malformed) {
            if (has(acts_on_what_follows)) {
                unread_.erase(0, 1);
                read_packets(is_first);
                settle();
            }
            give_up("the server sent bytes that are not a packet");
            return;
        }
        unread_.erase(0, result.consumed);
        if (result.status == read_status::skipped) {
            continue;
        }
        const bool was_registered = is_registered_;
        take(result.packet);
        const bool is_answer = result.packet.op == opcode::error && was_registered;
        const bool loses_input = (is_answer && has(loses_what_comes_with_an_answer)) ||
                                 (has(only_first_packet_of_a_read) && is_first) ||
                                 (has(loses_what_comes_with_its_registration) && is_registered_ && !was_registered);
        unread_ = loses_input ? "" : unread_;
        is_first = false;
    }
}

void client_model::take(const model_packet& packet) {
    if (answer_blindly()) {
        return;
    }
    switch (packet.op) {
    case opcode::error: take_error(static_cast<error_code>(packet.code)); break;
    case opcode::spm: take_message(packet); break;
    case opcode::pc: take_offer(packet); break;
    // CLI-8: no server sends these.
    case opcode::cr:
        if (has(crashes_of_cr)) {
            crash();
        } else if (!has(passes_over_cr)) {
            give_up("the server sent a CR");
        }
        break;
    case opcode::rpm:
        if (has(answers_rpm)) {
            send_error(error_code::ok);
        } else {
            give_up("the server sent an RPM");
        }
        break;
    case opcode::sma:
        if (has(shows_sma)) {
            show("somebody: " + packet.message);
        } else {
            give_up("the server sent an SMA");
        }
        break;
    }
}

/// For faults that ignore what they receive.
bool client_model::answer_blindly() {
    if (has(taking_everything) || has(refusing_everything)) {
        send_error(has(taking_everything) ? error_code::ok : error_code::refused);
        return true;
    }
    if (has(crashing)) {
        crash();
    }
    return has(crashing);
}

/// CLI-2: shown and answered, once.
void client_model::take_message(const model_packet& packet) {
    const bool is_empty = packet.message.empty();
    const bool is_refused = is_empty && follows(client_variant::refuses_empty_messages);  // WIRE-10
    if (!is_refused && !has(hides_messages)) {
        show(packet.pseudo + ": " + packet.message);
    }
    if (has(late_offers_dropped)) {
        std::erase_if(pending_answers_, [](const pending_answer& answer) { return !answer.code; });
    }
    last_sender_ = packet.pseudo;
    const bool is_left = (is_empty && has(leaves_empty_messages_unanswered)) ||
                         (packet.pseudo == settings_.pseudo && has(leaves_own_messages_unanswered)) ||
                         (had_offer_ && has(leaves_messages_unanswered_after_offers));
    if (has(leaves_messages_unanswered) || is_left) {
        return;
    }
    const error_code code = is_refused || has(refuses_what_it_shows) ? error_code::refused : error_code::ok;
    if (has(messages_overtake_offers) || (!is_registered_ && has(answers_before_it_is_registered))) {
        send_error(code);
        return;
    }
    if (has(answers_bursts_once)) {
        std::erase_if(pending_answers_, [](const pending_answer& answer) { return !answer.is_offer; });
    }
    pending_answers_.push_back({packet.pseudo, false, code});
    if (has(answers_messages_twice)) {
        pending_answers_.push_back({packet.pseudo, false, code});
    }
}

/// CLI-3: the user decides; until then later answers wait (FLOW-2, FLOW-4).
void client_model::take_offer(const model_packet& packet) {
    show("* " + packet.pseudo + " wants a private connection: /accept or /refuse");
    const bool is_second =
        std::any_of(pending_answers_.begin(), pending_answers_.end(), [&](const pending_answer& answer) {
            return answer.is_offer && !answer.code && answer.from == packet.pseudo;
        });
    had_offer_ = true;
    if (has(leaves_offers_unanswered) || (is_second && has(forgets_second_offer_of_a_user))) {
        return;
    }
    if (has(forgets_first_of_two_offers)) {
        std::erase_if(pending_answers_, [](const pending_answer& answer) { return !answer.code; });
    }
    if (has(answers_offers_twice)) {
        send_error(error_code::refused);
    }
    pending_answers_.push_back({packet.pseudo, true, std::nullopt});
    if (follows(client_variant::refuses_every_offer)) {
        pending_answers_.back().code = error_code::refused;
    }
}

/// FLOW-2: answers in the order of arrival. CLI-6: also while a request of its own is pending.
void client_model::settle() {
    const bool decides = !pending_.empty() && pending_.front().current == stage::offered;
    const bool is_asking_all = !pending_.empty() && pending_.front().kind == request_kind::to_all;
    const bool is_deaf = (has(deaf_while_it_waits) && !pending_.empty()) ||
                         (has(deaf_while_others_decide) && decides) ||
                         (has(deaf_while_it_sends_to_all) && is_asking_all);
    // CLI-1: not before it is registered.
    while (is_registered_ && !is_over_ && !is_deaf && !pending_answers_.empty() && pending_answers_.front().code) {
        const error_code code = *pending_answers_.front().code;
        const bool wrong =
            has(answers_offers_with_unreachable) && pending_answers_.front().is_offer && code != error_code::ok;
        const pending_answer answer = pending_answers_.front();
        pending_answers_.pop_front();
        send_error(wrong ? error_code::unreachable : code);
        if (answer.is_offer && code == error_code::ok && !has(accepts_and_opens_no_tunnel)) {
            open_tunnel(answer.from);
        }
    }
}

void client_model::take_error(error_code code) {
    if (!is_registered_) {
        take_answer_to_cr(code);
    } else if (!pending_.empty()) {
        take_answer(pending_.front(), code);
    } else if (has(crashes_of_unasked_error)) {
        crash();
    }
    if (has(answers_errors) && is_registered_) {
        send_error(error_code::ok);
    }
}

void client_model::take_answer_to_cr(error_code code) {
    const bool goes_on = (code == error_code::pseudo_taken && has(goes_on_when_taken)) ||
                         (code == error_code::out_of_capacity && has(goes_on_when_full));
    if (code == error_code::ok || goes_on || (code == error_code::refused && has(continues_when_refused))) {
        is_registered_ = true;
        show("* ready: you are " + settings_.pseudo);
    } else if (code == error_code::pseudo_taken && follows(client_variant::tries_another_name)) {
        settings_.pseudo += '2';
        send({opcode::cr, settings_.pseudo, "", 0});
    } else {
        const bool taken = code == error_code::pseudo_taken;
        show(taken ? "* somebody else has this pseudo" : "* the server does not let you in");
        leave(taken ? client_exit::taken : client_exit::refused);
    }
}

void client_model::take_answer(user_request& pending, error_code code) {
    const bool ok = code == error_code::ok;
    switch (pending.current) {
    case stage::rpm_sent:
        // CLI-4: only after a favorable answer.
        if (ok || (code == error_code::unreachable && has(sends_after_unreachable)) ||
            (code == error_code::refused && has(sends_after_refusal))) {
            permitted_recipients_.insert(pending.pseudo);
            if (!has(sends_before_the_answer)) {
                const bool misdirects = !last_sender_.empty() && has(sends_to_last_sender);
                const model_packet message{opcode::spm, misdirects ? last_sender_ : pending.pseudo, pending.text, 0};
                send(message);
                if (has(sends_twice_after_asking)) {
                    send(message);
                }
            }
            pending.current = stage::sent;
            return;
        }
        show("* " + pending.pseudo + " cannot be written to");
        if (has(waits_after_a_refused_message)) {
            pending.current = stage::sent;
            return;
        }
        break;
    case stage::sent: show(ok ? "* delivered" : "* not delivered"); break;
    case stage::waiting: return;
    case stage::offered: {
        // CLI-5: a PC that reached its peer has two answers.
        if (ok && pending.text.empty()) {
            if (has(opens_tunnel_undecided)) {
                open_tunnel(pending.pseudo);
            }
            pending.text = "reached";
            return;
        }
        if (!ok && pending.text.empty() && has(waits_after_a_refused_offer)) {
            pending.text = "refused";
            return;
        }
        show("* " + pending.pseudo + (ok ? " accepts" : " does not accept"));
        if (ok || has(opens_tunnel_when_refused)) {
            open_tunnel(pending.pseudo);
        }
        break;
    }
    }
    pending_.pop_front();
}

/// CLI-8: ends the connection with a clear message.
void client_model::give_up(const std::string& why) {
    if (is_over_ || is_deaf_) {
        return;
    }
    if (has(stays_after_malformed)) {
        is_deaf_ = true;
        return;
    }
    if (!has(silent_about_malformed)) {
        show("* the connection is broken: " + why);
    }
    if (follows(client_variant::says_why_it_closes)) {
        send_error(error_code::refused);
    }
    leave(client_exit::broken);
}

void client_model::server_ended() {
    if (!is_over_) {
        show("* the server has ended the connection");
        leave(client_exit::broken);
    }
}

void client_model::send(const model_packet& packet) {
    output_.push_back({client_output::kind::send, write_client_packet(packet, settings_.faults, settings_.pseudo), {}});
}

void client_model::send_error(error_code code) {
    send({opcode::error, "", "", static_cast<std::uint8_t>(code)});
}

void client_model::show(std::string line) {
    output_.push_back({client_output::kind::show, printable_line(std::move(line)), {}});
}

void client_model::leave(client_exit code) {
    is_over_ = true;
    output_.push_back({client_output::kind::close, "", {}});
    if (code != client_exit::broken || !follows(client_variant::stays_without_connection)) {
        output_.push_back({client_output::kind::exit, "", code});
    }
}

void client_model::crash() {
    is_over_ = true;
    output_.push_back({client_output::kind::crash, "", {}});
}

}  // namespace chatos::conformance
