#include "client/json_event.hpp"

#include "client/words.hpp"

#include <nlohmann/json.hpp>

namespace chatos::client {
namespace {

using object = nlohmann::ordered_json;

const char* name_of(request_kind kind) {
    switch (kind) {
    case request_kind::say: return "say";
    case request_kind::message: return "msg";
    case request_kind::private_contact: return "private";
    }
    return "";
}

const char* name_of(answered_packet packet) {
    switch (packet) {
    case answered_packet::rpm: return "RPM";
    case answered_packet::spm: return "SPM";
    case answered_packet::sma: return "SMA";
    case answered_packet::pc:
    case answered_packet::pc_decision: return "PC";
    }
    return "";
}

const char* name_of(decision_cause cause) {
    switch (cause) {
    case decision_cause::person: return "person";
    case decision_cause::time: return "time";
    case decision_cause::crowd: return "crowd";
    case decision_cause::leaving: return "leaving";
    }
    return "";
}

const char* name_of(private_state state) {
    switch (state) {
    case private_state::opening: return "opening";
    case private_state::open: return "open";
    case private_state::failed: return "failed";
    case private_state::closed: return "closed";
    }
    return "";
}

const char* name_of(file_state state) {
    switch (state) {
    case file_state::offered: return "offered";
    case file_state::waiting: return "waiting";
    case file_state::moving: return "moving";
    case file_state::saved: return "saved";
    case file_state::refused: return "refused";
    case file_state::failed: return "failed";
    }
    return "";
}

const char* name_of(end_reason reason) {
    switch (reason) {
    case end_reason::left: return "left";
    case end_reason::pseudo_taken: return "pseudo_taken";
    case end_reason::full: return "full";
    case end_reason::refused: return "refused";
    case end_reason::lost: return "lost";
    case end_reason::silent: return "silent";
    case end_reason::broken_protocol: return "broken_protocol";
    }
    return "";
}

struct writing {
    object operator()(const registered& one) const { return {{"type", "connected"}, {"pseudo", one.pseudo}}; }
    object operator()(const message_came& one) const {
        return {{"type", "message"}, {"from", one.from}, {"text", one.text}};
    }
    object operator()(const request_waits& one) const {
        return {{"type", "waits"}, {"request", one.number}, {"ahead", one.ahead}};
    }
    object operator()(const answer_came& one) const {
        object made{{"type", "answer"}, {"request", one.number}, {"command", name_of(one.kind)}};
        if (one.kind != request_kind::say) {
            made["to"] = one.to;
        }
        made["packet"] = name_of(one.packet);
        made["decision"] = one.packet == answered_packet::pc_decision;
        made["code"] = static_cast<unsigned>(one.code);
        made["code_name"] = error_code_name(one.code);
        made["last"] = one.is_last;
        made["meaning"] = meaning(one);
        return made;
    }
    object operator()(const contact_asked& one) const {
        return {{"type", "asked"}, {"from", one.from}, {"limit_ms", one.limit.count()}};
    }
    object operator()(const contact_decided& one) const {
        return {{"type", "decided"}, {"from", one.from}, {"accepted", one.is_accepted}, {"cause", name_of(one.cause)}};
    }
    object operator()(const private_changed& one) const {
        object made{{"type", "private"}, {"peer", one.peer}, {"state", name_of(one.state)}};
        if (!one.why.empty()) {
            made["why"] = one.why;
        }
        return made;
    }
    object operator()(const private_text& one) const {
        return {{"type", "private_message"}, {"from", one.from}, {"text", one.text}};
    }
    object operator()(const file_moved& one) const {
        object made{{"type", "file"},
                    {"peer", one.peer},
                    {"dir", one.is_incoming ? "in" : "out"},
                    {"state", name_of(one.state)},
                    {"name", one.name},
                    {"bytes", one.bytes},
                    {"size", one.size}};
        if (!one.why.empty()) {
            made["why"] = one.why;
        }
        return made;
    }
    object operator()(const notice& one) const {
        return {{"type", one.is_problem ? "problem" : "notice"}, {"text", one.text}};
    }
    object operator()(const session_ended& one) const {
        object made{{"type", "ended"}, {"reason", name_of(one.reason)}};
        if (!one.detail.empty()) {
            made["detail"] = one.detail;
        }
        return made;
    }
};

}  // namespace

std::string json_line(const event& what, std::uint64_t unix_ms) {
    object made = std::visit(writing{}, what);
    made["time_ms"] = unix_ms;
    // A file's name on this machine need not be UTF-8; what is not is replaced.
    return made.dump(-1, ' ', true, object::error_handler_t::replace);
}

}  // namespace chatos::client
