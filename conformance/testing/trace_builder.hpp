// Builds traces by hand for tests of the judge.
#pragma once

#include "judge/judge.hpp"
#include "model/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::conformance::testing {

/// A line for each violation; empty without one.
inline std::string violations_text(const judge_report& report) {
    std::string text;
    for (const violation& violation : report.violations) {
        text += std::string{violation.rule} + " stream " + std::to_string(violation.stream) + " frame " +
                std::to_string(violation.frame) + ": expected " + violation.expected + "; got " + violation.actual +
                "\n";
    }
    return text;
}

/// Builds a trace by hand: each call adds the next frame.
class trace_builder {
public:
    trace_builder& client(std::size_t stream, const model_packet& packet) { return add(stream, side::client, packet); }
    trace_builder& server(std::size_t stream, const model_packet& packet) { return add(stream, side::server, packet); }
    trace_builder& login(std::size_t stream, const std::string& pseudo) {
        return client(stream, {opcode::cr, pseudo, "", 0}).server(stream, error(0));
    }
    trace_builder& end(std::size_t stream, side sender, direction_end kind = direction_end::fin) {
        connection_at(stream).from(sender).end = kind;
        connection_at(stream).from(sender).end_frame = ++trace_.frames;
        connection_at(stream).from(sender).end_time_ns = next_time_ns();
        return *this;
    }
    /// The handshake of the connection begins.
    trace_builder& open(std::size_t stream) {
        connection_at(stream).opened_ns = next_time_ns();
        return *this;
    }
    /// A frame shows that the server has sent no more to this client.
    trace_builder& complete(std::size_t stream) {
        connection_at(stream).from(side::server).complete_at_ns = next_time_ns();
        return *this;
    }
    /// The client's bytes end inside a packet.
    trace_builder& unfinished(std::size_t stream, std::string_view bytes) {
        for (const char byte : bytes) {
            connection_at(stream).from(side::client).unfinished.push_back(static_cast<std::byte>(byte));
        }
        return *this;
    }
    /// The client sends bytes that break this rule.
    trace_builder& malformed(std::size_t stream, std::string_view rule) {
        return malformed_bytes(stream, side::client, rule, "");
    }
    trace_builder& malformed_bytes(std::size_t stream, side sender, std::string_view rule, std::string_view bytes) {
        direction_trace& direction = connection_at(stream).from(sender);
        direction.malformed.emplace();
        direction.malformed->frame = ++trace_.frames;
        direction.malformed->time_ns = next_time_ns();
        direction.malformed->rule = rule;
        for (const char byte : bytes) {
            direction.malformed->bytes.push_back(static_cast<std::byte>(byte));
        }
        direction.malformed->bytes_total = bytes.size();
        return *this;
    }
    /// An answered request: proves that the client was registered, and that all its earlier packets are known.
    trace_builder& ping(std::size_t stream) { return client(stream, rpm("nobody")).server(stream, error(4)); }
    trace_builder& wait(std::chrono::milliseconds time) {
        time_ns_ += std::chrono::nanoseconds{time}.count();
        return *this;
    }
    trace_builder& lose(std::size_t stream, side sender) {
        direction_trace& direction = connection_at(stream).from(sender);
        direction.distrust(
            direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length, "a gap");
        return *this;
    }

    static model_packet error(std::uint8_t code) { return {opcode::error, "", "", code}; }
    static model_packet rpm(const std::string& pseudo) { return {opcode::rpm, pseudo, "", 0}; }
    static model_packet spm(const std::string& pseudo, const std::string& message) {
        return {opcode::spm, pseudo, message, 0};
    }

    [[nodiscard]] const trace& observed() const noexcept { return trace_; }
    [[nodiscard]] judge_report judge_with(judge_settings settings = {}) const { return judge(trace_, settings); }
    [[nodiscard]] std::string rules(judge_settings settings = {}) const {
        std::string text;
        for (const violation& violation : judge_with(settings).violations) {
            text += (text.empty() ? "" : " ") + std::string{violation.rule};
        }
        return text;
    }
    /// Only those that the server broke.
    [[nodiscard]] std::string server_rules() const {
        judge_settings settings;
        settings.judges_clients = false;
        return rules(settings);
    }
    [[nodiscard]] judge_verdict verdict(std::string_view rule, judge_settings settings = {}) const {
        for (const rule_verdict& verdict : judge_with(settings).verdicts) {
            if (verdict.rule == rule) {
                return verdict.verdict;
            }
        }
        ADD_FAILURE() << "no verdict on " << rule;
        return judge_verdict::inconclusive;
    }

private:
    connection& connection_at(std::size_t stream) {
        while (trace_.connections.size() <= stream) {
            const auto number = static_cast<std::uint32_t>(trace_.connections.size());
            trace_.connections.emplace_back().stream = number;
        }
        return trace_.connections[stream];
    }
    trace_builder& add(std::size_t stream, side sender, const model_packet& packet) {
        direction_trace& direction = connection_at(stream).from(sender);
        const std::uint64_t offset =
            direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length;
        direction.packets.push_back({.frame = ++trace_.frames,
                                     .time_ns = next_time_ns(),
                                     .offset = offset,
                                     .length = write_packet(packet, {}).size(),
                                     .op = packet.op,
                                     .code = packet.code,
                                     .pseudo = packet.pseudo,
                                     .message = packet.message});
        return *this;
    }

    std::int64_t next_time_ns() { return time_ns_ += 1'000'000; }

    trace trace_;
    std::int64_t time_ns_{0};
};

/// alice and bob are registered, and alice may send to bob.
inline trace_builder two_users() {
    trace_builder builder;
    builder.login(0, "alice").login(1, "bob").client(0, trace_builder::rpm("bob")).server(0, trace_builder::error(0));
    return builder;
}

}  // namespace chatos::conformance::testing
