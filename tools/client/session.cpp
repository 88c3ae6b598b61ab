#include "client/session.hpp"

#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace chatos::client {
namespace {

packet_view first_packet(request_kind kind, std::string_view to, std::string_view text) {
    switch (kind) {
    case request_kind::say: return make_sma(text);
    case request_kind::message: return make_rpm(to);
    case request_kind::private_contact: return make_pc(to);
    }
    return make_pc(to);
}

std::string fault_of(const packet_view& packet, const chatos::limits& bounds) {
    const encode_result tried = encode(packet, {}, bounds);
    if (tried.status != encode_status::refused) {
        return {};
    }
    const bool is_pseudo = tried.where == field::pseudo || tried.where == field::pseudo_size;
    const std::string subject = is_pseudo ? "the name" : "the message";
    switch (tried.why) {
    case violation::empty_pseudo: return subject + " is empty";
    case violation::size_over_limit:
        return subject + " has " + std::to_string(is_pseudo ? packet.pseudo.size() : packet.message.size()) +
               " bytes, and at most " + std::to_string(is_pseudo ? bounds.pseudo_bytes_max : bounds.message_bytes_max) +
               " can be sent";
    case violation::ill_formed_utf8: return subject + " is not UTF-8";
    default: return subject + " cannot be sent: " + std::string{describe(tried.why)};
    }
}

}  // namespace

session::session(std::string pseudo, const session_options& options, instant now)
    : pseudo_{std::move(pseudo)}, options_{options},
      storage_(packet_bytes_max(options.bounds)), decoder_{storage_, options.bounds} {
    send(make_cr(pseudo_));
    answer_due_ = now + options_.answer_limit;
}

std::string session::find_fault(request_kind kind, std::string_view to, std::string_view text,
                                const chatos::limits& bounds) {
    std::string fault = fault_of(first_packet(kind, to, text), bounds);
    return fault.empty() && kind == request_kind::message ? fault_of(make_spm(to, text), bounds) : fault;
}

std::uint64_t session::request(request_kind kind, std::string to, std::string text, instant now) {
    assert(find_fault(kind, to, text, options_.bounds).empty());
    if (is_over_ || !has_room()) {
        return 0;
    }
    const std::uint64_t number = ++requests_made_;
    const std::size_t ahead = waiting_.size() + (current_ ? 1 : 0);
    waiting_.push_back({number, kind, std::move(to), std::move(text)});
    if (is_registered_ && !current_) {
        start_next(now);
    } else {
        events_.push_back(request_waits{number, ahead});
    }
    return number;
}

// CLI-5: only when the one before has all its answers. CLI-4: every message asks first, so no favour can be stale.
void session::start_next(instant now) {
    if (current_ || waiting_.empty()) {
        return;
    }
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    send(first_packet(current_->kind, current_->to, current_->text));
    switch (current_->kind) {
    case request_kind::say: wait_for(answered_packet::sma, now); break;
    case request_kind::message: wait_for(answered_packet::rpm, now); break;
    case request_kind::private_contact: wait_for(answered_packet::pc, now); break;
    }
}

bool session::is_asking(std::string_view to) const {
    const auto asks = [to](const pending_request& request) {
        return request.kind == request_kind::private_contact && request.to == to;
    };
    return (current_ && asks(*current_)) || std::any_of(waiting_.begin(), waiting_.end(), asks);
}

bool session::decide(std::string_view from, bool accepts) {
    const auto position = std::find_if(unanswered_.begin(), unanswered_.end(), [from](const delivery& pending) {
        return !pending.answer && pending.from == from;
    });
    if (is_over_ || position == unanswered_.end()) {
        return false;
    }
    decide(*position, accepts, decision_cause::person);
    send_answers();
    return true;
}

void session::decide(delivery& contact, bool accepts, decision_cause cause) {
    assert(!contact.answer);
    contact.answer = accepts ? error_code::ok : error_code::refused;
    events_.push_back(contact_decided{contact.from, accepts, cause});
}

std::vector<undecided_contact> session::undecided() const {
    std::vector<undecided_contact> contacts;
    for (const delivery& pending : unanswered_) {
        if (!pending.answer) {
            contacts.push_back({pending.from, pending.limit});
        }
    }
    return contacts;
}

void session::receive(std::span<const std::byte> bytes, instant now) {
    while (!is_over_) {
        const decode_result result = decoder_.next(bytes);
        if (result.status == decode_status::incomplete) {
            return;
        }
        if (result.status == decode_status::malformed) {
            break_off("malformed bytes at offset " + std::to_string(result.error.offset) + ": " +
                      std::string{describe(result.error.what)} + " (" + std::string{rule_of(result.error.what)} + ")");
            return;
        }
        take(result.packet, now);
    }
}

void session::take(const packet_view& packet, instant now) {
    switch (packet.op) {
    case opcode::error: is_registered_ ? take_answer(packet.code, now) : take_registration(packet.code, now); return;
    case opcode::spm: take_message(packet); return;
    case opcode::pc: take_contact(packet, now); return;
    case opcode::cr:
    case opcode::rpm:
    case opcode::sma:
        break_off("a packet that only clients send: " + std::string{packet_name(packet.op)} + " (CLI-8)");
        return;
    }
}

void session::take_registration(error_code code, instant now) {
    switch (code) {
    case error_code::ok:
        is_registered_ = true;
        events_.push_back(registered{pseudo_});
        start_next(now);
        return;
    case error_code::pseudo_taken: end(end_reason::pseudo_taken, {}); return;
    case error_code::out_of_capacity: end(end_reason::full, {}); return;
    case error_code::unreachable:
    case error_code::refused: end(end_reason::refused, "it answered " + std::string{error_code_name(code)}); return;
    }
}

void session::take_answer(error_code code, instant now) {
    if (!current_) {
        break_off("an answer to nothing: ERROR " + std::to_string(static_cast<unsigned>(code)));
        return;
    }
    const bool goes_on =
        code == error_code::ok && (expected_ == answered_packet::rpm || expected_ == answered_packet::pc);
    report_answer(code, !goes_on);
    if (!goes_on) {
        current_.reset();
        start_next(now);
    } else if (expected_ == answered_packet::rpm) {
        send(make_spm(current_->to, current_->text));
        wait_for(answered_packet::spm, now);
    } else {
        wait_for(answered_packet::pc_decision, now);
    }
}

void session::report_answer(error_code code, bool is_last) {
    events_.push_back(answer_came{current_->number, current_->kind, current_->to, expected_, code, is_last});
}

// CLI-2. Taken as soon as it is handed on to be shown.
void session::take_message(const packet_view& packet) {
    if (!is_registered_) {
        break_off("a message before we were registered (ALL-7)");
        return;
    }
    events_.push_back(message_came{std::string{packet.pseudo}, std::string{packet.message}});
    owe({.from = std::string{packet.pseudo}, .answer = error_code::ok});
}

// CLI-3.
void session::take_contact(const packet_view& packet, instant now) {
    if (!is_registered_) {
        break_off("a private connection before we were registered (ALL-7)");
        return;
    }
    events_.push_back(contact_asked{std::string{packet.pseudo}, options_.decision_limit});
    owe({.from = std::string{packet.pseudo}, .limit = now + options_.decision_limit});
}

void session::owe(delivery owed) {
    unanswered_.push_back(std::move(owed));
    send_answers();
    if (unanswered_.size() > options_.unanswered_max) {
        refuse_oldest(decision_cause::crowd);
        send_answers();
    }
}

// What is unanswered begins with an undecided contact: anything else there would have been answered.
void session::refuse_oldest(decision_cause cause) {
    assert(!unanswered_.empty() && !unanswered_.front().answer);
    decide(unanswered_.front(), false, cause);
}

// FLOW-2: in the order of arrival, each exactly once.
void session::send_answers() {
    while (!unanswered_.empty() && unanswered_.front().answer) {
        send(make_error(*unanswered_.front().answer));
        unanswered_.pop_front();
    }
}

void session::lose(std::string_view why) {
    if (!is_over_) {
        end(end_reason::lost, std::string{why});
    }
}

void session::advance(instant now) {
    if (is_over_) {
        return;
    }
    for (delivery& pending : unanswered_) {
        if (!pending.answer && pending.limit <= now) {
            decide(pending, false, decision_cause::time);
        }
    }
    send_answers();
    if ((current_ || !is_registered_) && answer_due_ <= now) {
        end(end_reason::silent, "no answer for " + std::to_string(options_.answer_limit.count()) + " ms");
    }
}

void session::leave() {
    if (is_over_) {
        return;
    }
    for (delivery& pending : unanswered_) {
        if (!pending.answer) {
            decide(pending, false, decision_cause::leaving);
        }
    }
    send_answers();
    end(end_reason::left, {});
}

void session::sent(std::size_t bytes) {
    assert(bytes <= output_.size());
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

std::optional<instant> session::deadline() const {
    if (is_over_) {
        return std::nullopt;
    }
    std::optional<instant> next;
    if (current_ || !is_registered_) {
        next = answer_due_;
    }
    for (const delivery& pending : unanswered_) {
        if (!pending.answer) {
            next = next ? std::min(*next, pending.limit) : pending.limit;
        }
    }
    return next;
}

std::optional<session_event> session::take_event() {
    if (events_.empty()) {
        return std::nullopt;
    }
    session_event first = std::move(events_.front());
    events_.pop_front();
    return first;
}

void session::send(const packet_view& packet) {
    const std::size_t before = output_.size();
    output_.resize(before + encoded_size(packet));
    const encode_result written = encode(packet, std::span{output_}.subspan(before), options_.bounds);
    assert(written.status == encode_status::ok);
    static_cast<void>(written);
}

void session::wait_for(answered_packet packet, instant now) {
    expected_ = packet;
    answer_due_ = now + options_.answer_limit;
}

void session::end(end_reason reason, std::string detail) {
    is_over_ = true;
    events_.push_back(session_ended{reason, std::move(detail)});
}

void session::break_off(std::string_view problem) {
    end(end_reason::broken_protocol, "the server sent " + std::string{problem});
}

}  // namespace chatos::client
