#include "dump/scenario/actor_steps.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

using conformance::connection;
using conformance::connection_trace;
using conformance::direction_end;
using conformance::direction_trace;
using conformance::observed_packet;
using conformance::side;
using conformance::traced_request;

namespace {

constexpr std::uint64_t usual_timeout_ms = 2'000;

class actor_planner {
public:
    actor_planner(const connection& traced, std::size_t actor, const causes& known)
        : connection_{traced}, actor_{actor}, causes_{known} {}

    /// What one connection does, in an order in which both directions keep theirs.
    step_list make() {
        const connection& traced = connection_;
        const std::size_t actor = actor_;
        const connection_trace& understood = causes_.connections()[actor];
        const auto& said = traced.from(side::client).packets;
        const auto& got = traced.from(side::server).packets;
        step_list steps;
        std::size_t next_said = 0;
        std::size_t next_got = 0;
        while (next_said < said.size() || next_got < got.size()) {
            const bool is_said =
                next_got == got.size() || (next_said < said.size() && said[next_said].frame < got[next_got].frame);
            if (is_said) {
                add_send(steps, actor, said[next_said++]);
            } else {
                add_expect(steps, understood, actor, got[next_got++]);
            }
        }
        add_ends(steps, actor);
        if (!steps.empty() && (steps.front().action == kind::expect || steps.front().action == kind::expect_closed)) {
            planned_step connect{.action = kind::connect, .actor = actor, .frame = 0};
            steps.insert(steps.begin(), std::move(connect));
        }
        wait_longer(steps);
        return steps;
    }

private:
    static void add_send(step_list& steps, std::size_t actor, const observed_packet& packet) {
        if (!steps.empty() && steps.back().action == kind::send && steps.back().frame == packet.frame) {
            steps.back().packets.push_back(&packet);  // they came in one segment
            return;
        }
        planned_step step{.action = kind::send, .actor = actor, .frame = packet.frame};
        step.packets.push_back(&packet);
        steps.push_back(std::move(step));
    }

    /// A delivery that the server sent before it answered a request that it answers at once was sent before it looked
    /// at that request: so the request may as well be sent behind it, and then nothing is left to chance.
    void add_expect(step_list& steps, const connection_trace& understood, std::size_t actor,
                    const observed_packet& packet) {
        planned_step step{
            .action = kind::expect, .actor = actor, .frame = packet.frame, .rule = causes_.rule_of(actor, packet)};
        step.packets.push_back(&packet);
        auto first = steps.end();
        if (packet.op != opcode::error) {
            first = std::find_if(steps.begin(), steps.end(), [&](const planned_step& each) {
                return each.action == kind::send &&
                       waits_for_own_answer(understood, *each.packets.front(), packet.frame);
            });
        }
        step_list later;
        for (auto each = first; each != steps.end();) {
            if (each->action == kind::send) {
                later.push_back(std::move(*each));
                each = steps.erase(each);
            } else {
                ++each;
            }
        }
        steps.push_back(std::move(step));
        for (planned_step& each : later) {
            each.frame = packet.frame;
            steps.push_back(std::move(each));
        }
    }

    static bool waits_for_own_answer(const connection_trace& understood, const observed_packet& said,
                                     std::uint64_t at) {
        if (said.op != opcode::rpm && said.op != opcode::cr && said.op != opcode::pc) {
            return false;
        }
        return std::any_of(understood.requests.begin(), understood.requests.end(), [&](const traced_request& request) {
            return request.packet == &said && request.first_answer != nullptr && request.first_answer->frame > at;
        });
    }

    void add_ends(step_list& steps, std::size_t actor) {
        const direction_trace& client = connection_.from(side::client);
        const direction_trace& server = connection_.from(side::server);
        if (client.malformed) {
            insert_by_frame(steps, {.action = kind::send_bytes,
                                    .actor = actor,
                                    .frame = client.malformed->frame,
                                    .bytes = &client.malformed->bytes});
        } else if (!client.unfinished.empty()) {
            const std::uint64_t frame = client.packets.empty() ? 1 : client.packets.back().frame;
            insert_by_frame(steps,
                            {.action = kind::send_bytes, .actor = actor, .frame = frame, .bytes = &client.unfinished});
        }
        if (client.end != direction_end::open) {
            insert_by_frame(steps,
                            {.action = kind::close, .actor = actor, .frame = client.end_frame, .end = client.end});
        }
        if (server.end == direction_end::open || client.end == direction_end::reset) {
            return;
        }
        planned_step closed{.action = kind::expect_closed,
                            .actor = actor,
                            .frame = server.end_frame,
                            .end = server.end,
                            .rule = "FLOW-8"};
        const bool is_own_end = client.end == direction_end::fin && client.end_frame < server.end_frame;
        const bool is_refused = client.malformed && client.malformed->frame < server.end_frame;
        if (is_refused) {
            closed.rule = "ERR-2";
            refuse(steps, actor, closed);
            return;
        }
        closed.is_optional = !is_own_end;
        closed.rule = is_own_end ? "FLOW-8" : "ERR-5";
        insert_by_frame(steps, std::move(closed));
    }

    /// ERR-2: ERROR 5 and the end are one expectation, because the ERROR is a choice.
    void refuse(step_list& steps, std::size_t actor, planned_step closed) {
        const auto& got = connection_.from(side::server).packets;
        const observed_packet* last = got.empty() ? nullptr : &got.back();
        const auto position = std::find_if(steps.begin(), steps.end(), [&](const planned_step& candidate) {
            return candidate.action == kind::expect && candidate.packets.front() == last;
        });
        const bool has_error = position != steps.end() && last->op == opcode::error && last->code == 5 &&
                               last == causes_.connections()[actor].unsolicited_answer;
        if (has_error) {
            steps.erase(position);
            closed.action = kind::expect_refusal;
            closed.frame = std::max(last->frame, connection_.from(side::client).malformed->frame + 1);
        }
        insert_by_frame(steps, std::move(closed));
    }

    static void insert_by_frame(step_list& steps, planned_step inserted) {
        const auto at = std::find_if(steps.begin(), steps.end(),
                                     [&](const planned_step& each) { return each.frame > inserted.frame; });
        steps.insert(at, std::move(inserted));
    }

    /// What took its time in the capture may take it again.
    void wait_longer(step_list& steps) const {
        std::int64_t before = 0;
        for (planned_step& step : steps) {
            const std::int64_t now = step.packets.empty() ? 0 : step.packets.front()->time_ns;
            const std::int64_t waited_ms = before == 0 || now == 0 ? 0 : (now - before) / 1'000'000;
            if (step.action == kind::expect && waited_ms > 500 && waited_ms < 100'000'000) {
                step.within_ms = usual_timeout_ms + 2 * static_cast<std::uint64_t>(waited_ms);
            }
            before = now != 0 ? now : before;
        }
    }

    using kind = planned_step::kind;

    const connection& connection_;
    std::size_t actor_;
    const causes& causes_;
};

}  // namespace

step_list steps_of(const connection& traced, std::size_t actor, const causes& known) {
    return actor_planner{traced, actor, known}.make();
}

}  // namespace chatos::dump
