#include "testing/model_run.hpp"

#include "testing/manual_run.hpp"

#include <chatos/decode.hpp>

namespace chatos::conformance::testing {
namespace {

model_settings settings_of(std::initializer_list<variant> variants, std::initializer_list<fault> faults) {
    model_settings settings;
    for (const variant variant : variants) {
        settings.wire.variants.add(variant);
    }
    for (const fault fault : faults) {
        settings.wire.faults.add(fault);
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

void model_run::connects(const std::string& client) {
    const connection_id id = names_.size() + 1;
    ids_[client] = id;
    names_[id] = client;
    model_.connect(id, now_);
}

void model_run::joins(std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
        connects(name);
        (void)sends(name, make_cr(name));
    }
}

lines model_run::sends(const std::string& client, const packet_view& packet) {
    return sends_bytes(client, wire(packet));
}

lines model_run::sends_bytes(const std::string& client, std::string_view bytes) {
    model_.receive(ids_.at(client), std::as_bytes(std::span{bytes}), now_);
    return take_lines();
}

lines model_run::writes(const std::string& client, const std::string& to, const std::string& message) {
    (void)sends(client, make_rpm(to));
    return sends(client, make_spm(to, message));
}

lines model_run::answers(const std::string& client, int code) {
    return sends(client, make_error(static_cast<error_code>(code)));
}

lines model_run::half_closes(const std::string& client) {
    model_.end(ids_.at(client), now_);
    return take_lines();
}

lines model_run::is_reset(const std::string& client) {
    model_.lost(ids_.at(client), now_);
    return take_lines();
}

lines model_run::wait(std::chrono::milliseconds time) {
    now_ += time;
    model_.tick(now_);
    return take_lines();
}

lines model_run::take_lines() {
    lines all;
    for (const model_output& output : model_.take_output()) {
        const std::string& client = names_.at(output.connection);
        if (output.action != model_output::kind::bytes) {
            all.push_back(client + (output.action == model_output::kind::close ? " closed"
                                    : output.action == model_output::kind::end ? " ended"
                                                                               : " reset"));
            continue;
        }
        const decode_result result = decode(std::as_bytes(std::span{output.bytes}));
        const bool is_packet = result.status == decode_status::complete && result.consumed == output.bytes.size();
        all.push_back(client + " < " +
                      (is_packet ? text_of(result.packet) : std::to_string(output.bytes.size()) + " bytes"));
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
