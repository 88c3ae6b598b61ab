#include "client/words.hpp"

#include "base/shown_text.hpp"
#include "base/word_list.hpp"
#include "client/name_text.hpp"

#include <array>
#include <cstdio>

namespace chatos::client {
namespace {

std::string code_text(error_code code) {
    return std::to_string(static_cast<unsigned>(code)) + ", " + std::string{error_code_name(code)};
}

/// What a code means that no rule foresees there.
std::string other_code(error_code code) {
    return "no: the answer is " + code_text(code);
}

std::string seconds_text(std::chrono::milliseconds time) {
    return std::to_string((time.count() + 999) / 1000) + " s";
}

std::string meaning_of_message(const answer_came& answer, const std::string& to) {
    const bool was_sent = answer.packet == answered_packet::spm;
    switch (answer.code) {
    case error_code::ok: return to + (was_sent ? " has your message" : " can be written to");
    case error_code::unreachable:
        return was_sent ? to + " left, or did not answer in time; the message may not have been read"
                        : "nobody is called " + to;
    case error_code::refused: return to + (was_sent ? " refused your message" : " cannot be written to: refused");
    default: return other_code(answer.code);
    }
}

std::string meaning_of_contact(const answer_came& answer, const std::string& to) {
    const bool is_decision = answer.packet == answered_packet::pc_decision;
    switch (answer.code) {
    case error_code::ok: return to + (is_decision ? " accepts" : " is being asked");
    case error_code::unreachable:
        return is_decision ? to + " left, or did not decide in time" : "nobody is called " + to;
    case error_code::refused:
        return to + (is_decision ? " refuses" : " cannot be asked: refused (somebody else may be asking just now)");
    default: return other_code(answer.code);
    }
}

std::string meaning_of_say(const answer_came& answer) {
    switch (answer.code) {
    case error_code::ok: return "everybody has your message";
    case error_code::unreachable: return "somebody left, or did not answer in time; the others have your message";
    case error_code::refused: return "somebody refused your message; the others have it";
    default: return other_code(answer.code);
    }
}

worded_line news(std::string text) {
    return {line_kind::news, {}, std::move(text)};
}

worded_line problem(std::string text) {
    return {line_kind::problem, {}, std::move(text)};
}

std::string cause_text(const contact_decided& decided) {
    const std::string from = shown_name(decided.from);
    if (decided.is_accepted) {
        return "you accept " + from;
    }
    switch (decided.cause) {
    case decision_cause::person: return "you refuse " + from;
    case decision_cause::time: return from + " was refused: no decision in time";
    case decision_cause::crowd: return from + " was refused: too much waited for the decision";
    case decision_cause::leaving: return from + " was refused: you leave";
    }
    return {};
}

worded_line words_of(const private_changed& change) {
    const std::string peer = shown_name(change.peer);
    const std::string why = change.why.empty() ? "" : ": " + change.why;
    switch (change.state) {
    case private_state::opening: return news("opening the private connection with " + peer);
    case private_state::open:
        return news("the private connection with " + peer + " is open: /p " + peer + " TEXT, /send " + peer + " FILE");
    case private_state::failed: return problem("no private connection with " + peer + why);
    case private_state::closed: return news("the private connection with " + peer + " is closed" + why);
    }
    return {};
}

worded_line words_of(const file_moved& file) {
    const std::string peer = shown_name(file.peer);
    const std::string name = base::printable(file.name);
    const std::string size = size_text(file.size);
    const std::string why = file.why.empty() ? "" : ": " + file.why;
    switch (file.state) {
    case file_state::offered:
        return news(file.is_incoming
                        ? peer + " offers " + name + " (" + size + "): /save " + peer + " or /refuse " + peer
                        : "offered " + name + " (" + size + ") to " + peer);
    case file_state::waiting: return news(name + " waits until the private connection with " + peer + " is open");
    case file_state::moving: {
        const std::uint64_t percent = file.size == 0 ? 100 : file.bytes * 100 / file.size;
        return news((file.is_incoming ? "receiving " : "sending ") + name + ": " + std::to_string(percent) + "%");
    }
    case file_state::saved:
        return news(file.is_incoming ? "saved " + name + " (" + size + ") from " + peer
                                     : peer + " has " + name + " (" + size + ")");
    case file_state::refused:
        return problem(file.is_incoming ? "refused " + name + " from " + peer + why : peer + " refuses " + name + why);
    case file_state::failed:
        return problem((file.is_incoming ? name + " from " + peer : name + " to " + peer) + " failed" + why);
    }
    return {};
}

struct wording {
    worded_line operator()(const registered& event) const { return news("connected as " + shown_name(event.pseudo)); }
    worded_line operator()(const message_came& event) const {
        return {line_kind::message, shown_name(event.from), base::printable(event.text)};
    }
    worded_line operator()(const request_waits& /*one*/) const { return {}; }
    worded_line operator()(const answer_came& event) const {
        // That a user can be written to is only half of what was asked for; the other half is told.
        if (event.packet == answered_packet::rpm && event.code == error_code::ok) {
            return {};
        }
        return event.code == error_code::ok ? news(meaning(event)) : problem(meaning(event));
    }
    worded_line operator()(const contact_asked& event) const {
        const std::string from = shown_name(event.from);
        return news(from + " asks for a private connection: /accept " + from + " or /refuse " + from + " within " +
                    seconds_text(event.limit));
    }
    worded_line operator()(const contact_decided& event) const { return news(cause_text(event)); }
    worded_line operator()(const private_changed& event) const { return words_of(event); }
    worded_line operator()(const private_text& event) const {
        return {line_kind::private_message, shown_name(event.from), base::printable(event.text)};
    }
    worded_line operator()(const file_moved& event) const { return words_of(event); }
    worded_line operator()(const notice& event) const {
        return event.is_problem ? problem(event.text) : news(event.text);
    }
    // Printed by the code that ends the program, since it may be an error.
    worded_line operator()(const session_ended& /*one*/) const { return {}; }
};

}  // namespace

std::string meaning(const answer_came& answer) {
    const std::string to = shown_name(answer.to);
    switch (answer.kind) {
    case request_kind::say: return meaning_of_say(answer);
    case request_kind::message: return meaning_of_message(answer, to);
    case request_kind::private_contact: return meaning_of_contact(answer, to);
    }
    return {};
}

std::string meaning(const session_ended& end, std::string_view pseudo) {
    const std::string detail = end.detail.empty() ? "" : ": " + end.detail;
    switch (end.reason) {
    case end_reason::left: return "left";
    case end_reason::pseudo_taken:
        return "the pseudo " + shown_name(pseudo) + " is taken; choose another with --pseudo";
    case end_reason::full: return "the server is full; try again later";
    case end_reason::refused: return "the server refused the registration" + detail + "; try again later";
    case end_reason::lost: return "the connection is lost" + detail + "; start the client again";
    case end_reason::silent: return "the server is silent" + detail + "; start the client again";
    case end_reason::broken_protocol:
        return "the connection was ended, because " + end.detail + "; tell the operator of that server";
    }
    return {};
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 4> units{"kB", "MB", "GB", "TB"};
    if (bytes < 1'000) {
        return base::counted(bytes, "byte");
    }
    double value = static_cast<double>(bytes) / 1'000;
    std::size_t unit = 0;
    while (value >= 999.95 && unit + 1 < units.size()) {
        value /= 1'000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return text.data();
}

worded_line in_words(const session_event& event) {
    return std::visit(wording{}, event);
}

std::string plain_text(const worded_line& line) {
    switch (line.kind) {
    case line_kind::message: return line.name + ": " + line.text;
    case line_kind::private_message: return "(" + line.name + ") " + line.text;
    case line_kind::news:
    case line_kind::problem: {
        // Each line of a longer text is marked, so that none can be taken for a message.
        std::string text = "* ";
        for (const char character : line.text) {
            text += character;
            if (character == '\n') {
                text += "* ";
            }
        }
        return text;
    }
    case line_kind::silent: return {};
    }
    return {};
}

}  // namespace chatos::client
