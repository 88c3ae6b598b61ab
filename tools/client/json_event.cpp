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
    object operator()(const registered& event) const { return {{"type", "connected"}, {"pseudo", event.pseudo}}; }
    object operator()(const message_came& event) const {
        return {{"type", "message"}, {"from", event.from}, {"text", event.text}};
    }
    object operator()(const request_waits& event) const {
        return {{"type", "waits"}, {"request", event.number}, {"ahead", event.ahead}};
    }
    object operator()(const answer_came& event) const {
        object json{{"type", "answer"}, {"request", event.number}, {"command", name_of(event.kind)}};
        if (event.kind != request_kind::say) {
            json["to"] = event.to;
        }
        json["packet"] = name_of(event.packet);
        json["decision"] = event.packet == answered_packet::pc_decision;
        json["code"] = static_cast<unsigned>(event.code);
        json["code_name"] = error_code_name(event.code);
        json["last"] = event.is_last;
        json["meaning"] = meaning(event);
        return json;
    }
    object operator()(const contact_asked& event) const {
        return {{"type", "asked"}, {"from", event.from}, {"limit_ms", event.limit.count()}};
    }
    object operator()(const contact_decided& event) const {
        return {{"type", "decided"},
                {"from", event.from},
                {"accepted", event.is_accepted},
                {"cause", name_of(event.cause)}};
    }
    object operator()(const private_changed& event) const {
        object json{{"type", "private"}, {"peer", event.peer}, {"state", name_of(event.state)}};
        if (!event.why.empty()) {
            json["why"] = event.why;
        }
        return json;
    }
    object operator()(const private_text& event) const {
        return {{"type", "private_message"}, {"from", event.from}, {"text", event.text}};
    }
    object operator()(const file_moved& event) const {
        object json{{"type", "file"},
                    {"peer", event.peer},
                    {"dir", event.is_incoming ? "in" : "out"},
                    {"state", name_of(event.state)},
                    {"name", event.name},
                    {"bytes", event.bytes},
                    {"size", event.size}};
        if (!event.why.empty()) {
            json["why"] = event.why;
        }
        return json;
    }
    object operator()(const notice& event) const {
        return {{"type", event.is_problem ? "problem" : "notice"}, {"text", event.text}};
    }
    object operator()(const session_ended& event) const {
        object json{{"type", "ended"}, {"reason", name_of(event.reason)}};
        if (!event.detail.empty()) {
            json["detail"] = event.detail;
        }
        return json;
    }
};

}  // namespace

std::string json_line(const session_event& event, std::uint64_t unix_ms) {
    object json = std::visit(writing{}, event);
    json["time_ms"] = unix_ms;
    // A file's name on this machine need not be UTF-8; what is not is replaced.
    return json.dump(-1, ' ', true, object::error_handler_t::replace);
}

}  // namespace chatos::client
