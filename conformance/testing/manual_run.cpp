#include "testing/manual_run.hpp"

#include <chatos/encode.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace chatos::conformance::testing {

manual_run::manual_run(scenario scenario, const timeouts& times, run_variant how, bool holds_writes)
    : scenario_{std::move(scenario)}, run_{scenario_, pseudonyms{"t"}, times, std::move(how)}, holds_writes_{
                                                                                                   holds_writes} {
    turn();
}

manual_run::manual_run(scenario scenario, client_dialogue dialogue)
    : scenario_{std::move(scenario)}, run_{scenario_, pseudonyms{"t"}, {}, {}, std::move(dialogue)}, holds_writes_{
                                                                                                         false} {
    turn();
}

std::vector<std::string> manual_run::log() {
    return std::exchange(log_, {});
}

void manual_run::receives(std::string_view actor, const packet_view& packet) {
    receives_bytes(actor, wire(packet));
}

void manual_run::receives_bytes(std::string_view actor, std::string_view bytes) {
    run_.received(index_of(actor), std::as_bytes(std::span{bytes}), now_);
    turn();
}

void manual_run::receives_all(std::string_view actor, const std::vector<packet_view>& packets) {
    std::string bytes;
    for (const packet_view& packet : packets) {
        bytes += wire(packet);
    }
    receives_bytes(actor, bytes);
}

void manual_run::closes(std::string_view actor, bool reset) {
    run_.closed_by_peer(index_of(actor), reset, now_);
    turn();
}

void manual_run::shows(std::string_view actor, std::string_view text) {
    run_.printed(index_of(actor), text, now_);
    turn();
}

void manual_run::exits(std::string_view actor, int code) {
    run_.process_ended(index_of(actor), {false, code, "exit status " + std::to_string(code)}, now_);
    turn();
}

void manual_run::is_killed(std::string_view actor, int signal) {
    run_.process_ended(index_of(actor), {true, signal, "killed by signal " + std::to_string(signal)}, now_);
    turn();
}

void manual_run::wait(std::chrono::milliseconds time) {
    now_ += time;
    turn();
}

void manual_run::wait_for_deadline() {
    now_ = std::max(now_, run_.deadline());
    turn();
}

std::chrono::milliseconds manual_run::time() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now_);
}

std::chrono::milliseconds manual_run::deadline() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(run_.deadline());
}

void manual_run::connects(std::string_view actor) {
    run_.connected(index_of(actor), now_);
    turn();
}

void manual_run::fails_to_connect(std::string_view actor, const std::string& reason) {
    run_.connection_failed(index_of(actor), reason, now_);
    turn();
}

void manual_run::release_writes() {
    holds_writes_ = false;
    for (const std::size_t actor : std::exchange(held_writes_, {})) {
        run_.written(actor, now_);
    }
    turn();
}

std::size_t manual_run::index_of(std::string_view actor) const {
    const auto it = std::find(scenario_.actors.begin(), scenario_.actors.end(), actor);
    if (it == scenario_.actors.end()) {
        throw std::runtime_error{"no actor " + std::string{actor}};
    }
    return static_cast<std::size_t>(it - scenario_.actors.begin());
}

void manual_run::turn() {
    for (;;) {
        const std::vector<network_request> requests = run_.advance(now_);
        for (const network_request& request : requests) {
            std::visit([this](const auto& r) { perform(r); }, request);
        }
        if (requests.empty()) {
            return;
        }
    }
}

void manual_run::perform(const connect_request& request) {
    log_.push_back(scenario_.actors[request.actor] + " connects");
    if (!holds_connections_) {
        run_.connected(request.actor, now_);
    }
}

void manual_run::perform(const start_request& request) {
    log_.push_back(request.pseudo + " starts");
    if (!holds_connections_) {
        run_.connected(request.actor, now_);
    }
}

void manual_run::perform(const tell_request& request) {
    log_.push_back(scenario_.actors[request.actor] + " is told " + quoted_excerpt(request.text));
}

void manual_run::perform(const write_request& request) {
    std::string line = scenario_.actors[request.actor] + " sends";
    for (std::span<const std::byte> remaining{request.bytes}; !remaining.empty();) {
        const decode_result result = decode(remaining);
        const bool whole = result.status == decode_status::complete;
        line += whole ? ' ' + describe(owned(result.packet)) : ' ' + std::to_string(remaining.size()) + " bytes";
        remaining = remaining.subspan(whole ? result.consumed : remaining.size());
    }
    line += request.write_ends.size() > 1 ? " in " + std::to_string(request.write_ends.size()) + " writes" : "";
    log_.push_back(std::move(line));
    if (holds_writes_) {
        held_writes_.push_back(request.actor);
    } else {
        run_.written(request.actor, now_);
    }
}

void manual_run::perform(const end_request& request) {
    const char* how = request.how == close_how::fin ? "fin" : request.how == close_how::full ? "full" : "reset";
    log_.push_back(scenario_.actors[request.actor] + " ends: " + how);
}

void manual_run::perform(const reading_request& request) {
    log_.push_back(scenario_.actors[request.actor] + (request.reading ? " reads" : " stops reading"));
}

std::string wire(const packet_view& packet) {
    std::string bytes(encoded_size(packet), '\0');
    const encode_result result = encode(packet, std::as_writable_bytes(std::span{bytes}));
    if (result.status != encode_status::ok) {
        throw std::runtime_error{"the test made a packet that cannot be encoded"};
    }
    return bytes;
}

}  // namespace chatos::conformance::testing
