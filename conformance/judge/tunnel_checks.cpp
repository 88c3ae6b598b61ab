// Tunnels (TUN). A connection that begins with two PCs is an end of a tunnel once the server has answered 0. Two ends
// are those of one tunnel if no other opened end of the trace fits either of them and one acceptance of that pair was
// seen.
#include "judge/judge_context.hpp"
#include "judge/request_checks.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace chatos::conformance {
namespace {

struct tunnel_end {
    const connection_trace* connection;
    std::string_view own;
    std::string_view peer;
    const observed_packet* answer;  ///< ERROR 0

    [[nodiscard]] const direction_trace& from_client() const { return connection->from_client(); }
    [[nodiscard]] const direction_trace& from_server() const { return connection->from_server(); }
    /// The frame of the second PC.
    [[nodiscard]] std::uint64_t ready_frame() const { return from_client().packets[1].frame; }
};

std::string written(const observed_packet& packet) {
    std::string bytes;
    const auto add_number = [&](std::size_t number, unsigned size) {
        for (unsigned shift = size * 8; shift != 0; shift -= 8) {
            bytes += static_cast<char>(number >> (shift - 8) & 0xFFU);
        }
    };
    add_number(static_cast<std::size_t>(packet.op), 1);
    if (packet.op == opcode::error) {
        add_number(packet.code, 1);
        return bytes;
    }
    if (packet.op != opcode::sma) {
        add_number(packet.pseudo.size(), 2);
        bytes += packet.pseudo;
    }
    if (packet.op == opcode::spm || packet.op == opcode::sma) {
        add_number(packet.message.size(), 4);
        bytes += packet.message;
    }
    return bytes;
}

/// The bytes after the first packets, or nothing if they are not all kept.
std::optional<std::string> bytes_after(const direction_trace& direction, std::size_t packets) {
    std::string bytes;
    for (std::size_t index = packets; index < direction.packets.size(); ++index) {
        bytes += written(direction.packets[index]);
    }
    std::span<const std::byte> remaining{direction.unfinished};
    if (direction.malformed) {
        if (direction.malformed->bytes.size() != direction.malformed->bytes_total) {
            return std::nullopt;
        }
        remaining = direction.malformed->bytes;
    }
    bytes.append(reinterpret_cast<const char*>(remaining.data()), remaining.size());
    return bytes;
}

class tunnel_checks {
public:
    explicit tunnel_checks(judge_context& context) : context_{context} {
        for (const connection_trace& connection : context.connections()) {
            check_first_answer(connection);
            add_end(connection);
            for (const traced_request& request : connection.requests) {
                if (request.packet->op == opcode::pc && request.second_answer != nullptr &&
                    request.second_answer->code == code_ok) {
                    ++acceptances_[pair_of(connection.pseudo, request.packet->pseudo)];
                }
            }
        }
    }

    void check() {
        for (const auto& [pair, ends] : ends_) {
            const auto reverse = ends_.find({pair.second, pair.first});
            const auto accepted = acceptances_.find(pair_of(pair.first, pair.second));
            if (ends.size() == 1 && reverse != ends_.end() && reverse->second.size() == 1 &&
                accepted != acceptances_.end() && accepted->second == 1) {
                check_tunnel(ends.front(), reverse->second.front());
            } else {
                context_.inconclusive("TUN-2", *ends.front().connection, "it is not known which ends belong together");
            }
        }
    }

private:
    using names = std::pair<std::string_view, std::string_view>;
    static names pair_of(std::string_view left, std::string_view right) {
        return left < right ? names{left, right} : names{right, left};
    }

    /// One ERROR answers two PCs: no OK comes before the second one.
    void check_first_answer(const connection_trace& connection) {
        const direction_trace& input = connection.from_client();
        const auto& answers = connection.from_server().packets;
        if (connection.is_tunnel && !connection.source->settled.is_any && context_.is_over(connection) &&
            input.is_trusted() && connection.from_server().is_trusted() && !answers.empty() &&
            answers.front().op == opcode::error && answers.front().code == code_ok &&
            (input.packets.size() < 2 || input.packets[1].frame > answers.front().frame) &&
            (!input.malformed || input.malformed->frame > answers.front().frame)) {
            context_.failed("TUN-1", connection, answers.front(), "one answer to two PCs, and ERROR 5 to one alone",
                            answer_text(code_ok));
        }
    }

    void add_end(const connection_trace& connection) {
        const direction_trace& input = connection.from_client();
        const direction_trace& output = connection.from_server();
        if (!connection.is_tunnel || connection.source->settled.is_any || !context_.is_over(connection) ||
            !input.is_trusted() || !output.is_trusted() || input.packets.size() < 2 || output.packets.empty() ||
            input.packets[1].op != opcode::pc) {
            return;
        }
        const observed_packet& answer = output.packets.front();
        if (answer.op == opcode::error && answer.code == code_ok && answer.frame > input.packets[1].frame) {
            const names key{input.packets[0].pseudo, input.packets[1].pseudo};
            ends_[key].push_back({&connection, key.first, key.second, &answer});
        }
    }

    /// What `end` received is what `peer` sent.
    void check_tunnel(const tunnel_end& end, const tunnel_end& peer) {
        if (end.answer->frame < peer.ready_frame()) {
            context_.failed("TUN-2", *end.connection, *end.answer, "no answer before the other end has come",
                            answer_text(end.answer->code));
            return;
        }
        const std::optional<std::string> received = bytes_after(end.from_server(), 1);
        const std::optional<std::string> sent = bytes_after(peer.from_client(), 2);
        if (!received || !sent) {
            context_.inconclusive("TUN-2", *end.connection, "not all of its bytes are kept");
        } else if (!sent->starts_with(*received)) {
            const bool is_answer = received->starts_with(std::string_view{"\x06\0", 2});
            report(is_answer ? "TUN-1" : "TUN-2", end, "the bytes that " + peer.connection->stream_name() + " sent",
                   is_answer ? "a second answer" : "other bytes");
        } else {
            check_end(end, peer, received->size() == sent->size());
        }
    }

    /// One end's connection ends when the other one's sender has ended, and all its bytes have come.
    void check_end(const tunnel_end& end, const tunnel_end& peer, bool has_all) {
        const direction_trace& output = end.from_server();
        const direction_trace& source = peer.from_client();
        const bool is_reset = end.from_client().end == direction_end::reset || source.end == direction_end::reset;
        if (output.end != direction_end::fin || is_reset || peer.from_server().end == direction_end::reset) {
            return;
        }
        const bool has_ended = source.end == direction_end::fin && source.end_frame < output.end_frame;
        if (has_ended && has_all) {
            context_.passed("TUN-2");
        } else if (has_ended) {
            report("TUN-2", end, "all bytes that " + peer.connection->stream_name() + " sent", "an end before them");
        } else if (!is_alive_after(output.end_frame)) {
            context_.inconclusive("TUN-2", *end.connection, "the server may have been stopped");
        } else {
            const std::uint64_t since = std::max(end.answer->frame, peer.answer->frame);
            const bool has_left = context_.find_user(std::string{end.own}, since, output.end_frame,
                                                     left_before(output.end_frame)) != nullptr ||
                                  context_.find_user(std::string{end.peer}, since, output.end_frame,
                                                     left_before(output.end_frame)) != nullptr;
            const bool is_own_end =
                end.from_client().end == direction_end::fin && end.from_client().end_frame < output.end_frame;
            report(has_left && !is_own_end ? "TUN-5" : "TUN-2", end,
                   "no end while " + peer.connection->stream_name() + " may still send", "the server's end");
        }
    }

    struct left_before {
        std::uint64_t frame;
        explicit left_before(std::uint64_t until) : frame{until} {}
        bool operator()(const connection_trace* user) const {
            return user->from_client().end != direction_end::open && user->from_client().end_frame < frame;
        }
    };

    /// Whether the server answered a later request of a connection that was there before: it was not stopped.
    [[nodiscard]] bool is_alive_after(std::uint64_t frame) const {
        return context_.any_connection(frame, frame + 1, [&](const connection_trace& connection) {
            return !connection.requests.empty() && connection.begin_frame() < frame &&
                   std::any_of(connection.requests.rbegin(), connection.requests.rend(),
                               [&](const traced_request& request) {
                                   return request.first_answer != nullptr && request.packet->frame > frame;
                               });
        });
    }

    void report(std::string_view rule, const tunnel_end& end, std::string expected, std::string actual) {
        const direction_trace& output = end.from_server();
        context_.report({.rule = rule,
                         .violator = side::server,
                         .stream = end.connection->source->stream,
                         .sender = side::server,
                         .frame = output.end == direction_end::open ? end.answer->frame : output.end_frame,
                         .time_ns = end.answer->time_ns,
                         .offset = end.answer->length,
                         .expected = std::move(expected),
                         .actual = std::move(actual)});
    }

    judge_context& context_;
    std::map<names, std::vector<tunnel_end>> ends_;
    std::map<names, std::size_t> acceptances_;
};

}  // namespace

void check_tunnels(judge_context& context) {
    if (context.settings().judges_server) {
        tunnel_checks{context}.check();
    }
}

}  // namespace chatos::conformance
