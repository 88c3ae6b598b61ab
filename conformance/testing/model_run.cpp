#include "testing/model_run.hpp"

#include "testing/manual_run.hpp"

#include <chatos/decode.hpp>

namespace chatos::conformance::testing {
namespace {

model_settings settings_of(std::initializer_list<variant> variants, std::initializer_list<fault> faults) {
    model_settings settings;
    for (const variant one : variants) {
        settings.wire.variants.add(one);
    }
    for (const fault one : faults) {
        settings.wire.faults.add(one);
    }
    return settings;
}

std::string text_of(const packet_view& packet) {
    if (packet.op == opcode::error) {
        return "ERROR " + std::to_string(static_cast<int>(packet.code));
    }
    std::string text{packet_name(packet.op)};
    text += packet.pseudo.empty() ? "" : ' ' + std::string{packet.pseudo};
    return text + (packet.message.empty() ? "" : ' ' + std::string{packet.message});
}

}  // namespace

model_run::model_run(std::initializer_list<variant> variants, std::initializer_list<fault> faults)
    : model_{settings_of(variants, faults)} {}

void model_run::connects(const std::string& who) {
    const connection_id id = names_.size() + 1;
    ids_[who] = id;
    names_[id] = who;
    model_.connect(id, now_);
}

void model_run::joins(std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
        connects(name);
        (void)sends(name, make_cr(name));
    }
}

lines model_run::sends(const std::string& who, const packet_view& packet) {
    return sends_bytes(who, wire(packet));
}

lines model_run::sends_bytes(const std::string& who, std::string_view bytes) {
    model_.receive(ids_.at(who), std::as_bytes(std::span{bytes}), now_);
    return told();
}

lines model_run::writes(const std::string& who, const std::string& to, const std::string& message) {
    (void)sends(who, make_rpm(to));
    return sends(who, make_spm(to, message));
}

lines model_run::answers(const std::string& who, int code) {
    return sends(who, make_error(static_cast<error_code>(code)));
}

lines model_run::half_closes(const std::string& who) {
    model_.end(ids_.at(who), now_);
    return told();
}

lines model_run::is_reset(const std::string& who) {
    model_.lost(ids_.at(who), now_);
    return told();
}

lines model_run::wait(std::chrono::milliseconds time) {
    now_ += time;
    model_.tick(now_);
    return told();
}

lines model_run::told() {
    lines all;
    for (const model_output& one : model_.take_output()) {
        const std::string& who = names_.at(one.connection);
        if (one.action != model_output::kind::bytes) {
            all.push_back(who + (one.action == model_output::kind::close ? " closed"
                                 : one.action == model_output::kind::end ? " ended"
                                                                         : " reset"));
            continue;
        }
        const decode_result result = decode(std::as_bytes(std::span{one.bytes}));
        const bool is_packet = result.status == decode_status::complete && result.consumed == one.bytes.size();
        all.push_back(who + " < " + (is_packet ? text_of(result.packet) : std::to_string(one.bytes.size()) + " bytes"));
    }
    return all;
}

model_settings with_limits(std::chrono::milliseconds answer, std::chrono::milliseconds pc,
                           std::chrono::milliseconds login) {
    model_settings settings;
    settings.answer_timeout = answer;
    settings.pc_timeout = pc;
    settings.login_timeout = login;
    return settings;
}

}  // namespace chatos::conformance::testing
