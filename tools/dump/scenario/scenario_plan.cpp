#include "dump/scenario/scenario_plan.hpp"

#include "dump/scenario/actor_steps.hpp"
#include "dump/scenario/causes.hpp"
#include "judge/connection_trace.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace chatos::dump {

using conformance::connection;
using conformance::connection_trace;
using conformance::direction_trace;
using conformance::observed_packet;
using conformance::side;
using conformance::traced_request;

namespace {

constexpr std::size_t actors_max = 64;
constexpr std::size_t steps_max = 10'000;

std::string position_of(const connection& traced, side sender, std::uint64_t offset) {
    return "stream " + std::to_string(traced.stream) + ", " + (sender == side::client ? "c2s" : "s2c") + ", offset " +
           std::to_string(offset) + ": ";
}

/// Why the conversation cannot be played again, or nothing.
std::string refusal_of(const conformance::trace& trace) {
    if (trace.connections.empty()) {
        return "there is no ChatOS conversation in it";
    }
    if (trace.connections.size() > actors_max) {
        return std::to_string(trace.connections.size()) + " connections, and a scenario has " +
               std::to_string(actors_max) + " actors at most: choose some with --follow or cut the capture";
    }
    std::size_t packets = 0;
    for (const connection& connection : trace.connections) {
        packets += connection.from(side::client).packets.size() + connection.from(side::server).packets.size();
    }
    if (packets > steps_max) {
        return std::to_string(packets) + " packets, and a scenario has " + std::to_string(steps_max) +
               " steps at most: cut the capture";
    }
    for (const connection& connection : trace.connections) {
        for (const side sender : {side::client, side::server}) {
            const direction_trace& said = connection.from(sender);
            if (!said.is_trusted()) {
                return position_of(connection, sender, said.trusted_until) + std::string{said.distrust_reason};
            }
        }
        const direction_trace& server = connection.from(side::server);
        const direction_trace& client = connection.from(side::client);
        if (server.malformed || !server.unfinished.empty()) {
            return position_of(connection, side::server,
                               server.malformed         ? server.malformed->offset
                               : server.packets.empty() ? 0
                                                        : server.packets.back().offset) +
                   "the server sent bytes that are not a packet";
        }
        if (client.malformed && client.malformed->bytes.size() != client.malformed->bytes_total) {
            return position_of(connection, side::client, client.malformed->offset) +
                   "more bytes that are no packet than are kept";
        }
        if (!client.packets.empty() && client.packets.front().op == opcode::pc) {
            return position_of(connection, side::client, 0) +
                   "this may be the end of a tunnel, whose bytes are no packets";
        }
    }
    return {};
}

class planner {
public:
    explicit planner(const conformance::trace& trace) : trace_{trace}, causes_{trace} {}

    planned make() {
        name_actors();
        for (std::size_t actor = 0; actor < trace_.connections.size(); ++actor) {
            lists_.push_back(steps_of(trace_.connections[actor], actor, causes_));
        }
        number_steps();
        if (plan_.steps.size() > steps_max) {
            return {{},
                    std::to_string(plan_.steps.size()) + " steps, and a scenario has " + std::to_string(steps_max) +
                        " at most: cut the capture"};
        }
        order_steps();
        put_in_running_order();
        collect_rules();
        return {std::move(plan_), {}};
    }

private:
    using kind = planned_step::kind;

    void name_actors() {
        std::set<std::string> taken;
        for (std::size_t actor = 0; actor < trace_.connections.size(); ++actor) {
            std::string name;
            for (const char letter : causes_.connections()[actor].pseudo) {
                if (letter < 'a' || letter > 'z' || name.size() == 9) {
                    break;
                }
                name += letter;
            }
            if (name.empty()) {
                name = "client";
            }
            std::string unique = name;
            for (std::size_t number = 2; !taken.insert(unique).second; ++number) {
                unique = name + '-' + std::to_string(number);
            }
            plan_.actors.push_back(unique);
        }
    }

    void number_steps() {
        for (step_list& list : lists_) {
            std::vector<std::size_t>& own = own_.emplace_back();
            for (planned_step& step : list) {
                own.push_back(plan_.steps.size());
                plan_.steps.push_back(std::move(step));
            }
        }
        for (std::size_t index = 0; index < plan_.steps.size(); ++index) {
            for (const observed_packet* packet : plan_.steps[index].packets) {
                step_of_.emplace(packet, index);
            }
        }
    }

    // Orders between actors.

    void order_steps() {
        for (std::size_t index = 0; index < plan_.steps.size(); ++index) {
            const planned_step& step = plan_.steps[index];
            if (step.action == kind::expect) {
                for (const observed_packet* trigger : causes_.triggers_of(step.actor, *step.packets.front())) {
                    add_order(step_at(trigger), index);
                }
                for (const std::size_t actor : causes_.leavers_before(step.actor, *step.packets.front())) {
                    add_order(close_of(actor), index);
                }
            } else if (step.action != kind::expect_closed && step.action != kind::expect_refusal) {
                order_action(index);
            }
        }
        order_receipts();
    }

    /// An action comes after what the server had said, before, of things that its result depends on.
    void order_action(std::size_t index) {
        for (std::size_t actor = 0; actor < own_.size(); ++actor) {
            if (actor == plan_.steps[index].actor) {
                continue;
            }
            const auto later = std::partition_point(own_[actor].begin(), own_[actor].end(), [&](std::size_t each) {
                return plan_.steps[each].frame < plan_.steps[index].frame;
            });
            const auto latest = std::find_if(std::reverse_iterator{later}, own_[actor].rend(), [&](std::size_t each) {
                return matters(plan_.steps[each], plan_.steps[index]);
            });
            if (latest != own_[actor].rend()) {
                add_order(*latest, index);
            }
        }
    }

    /// Whether the result of `action` may depend on what `seen` shows.
    [[nodiscard]] bool matters(const planned_step& observed, const planned_step& action) const {
        const bool is_end = observed.action == kind::expect_closed || observed.action == kind::expect_refusal ||
                            observed.action == kind::close;
        if (observed.action != kind::expect && !is_end) {
            return false;
        }
        const traced_request* request =
            is_end ? nullptr : causes_.request_of(observed.actor, *observed.packets.front());
        const bool is_login = request != nullptr && request->packet->op == opcode::cr;
        if (action.action != kind::send) {
            return true;  // an end, or bytes that lead to one
        }
        return std::any_of(action.packets.begin(), action.packets.end(), [&](const observed_packet* packet) {
            switch (packet->op) {
            case opcode::cr: return true;
            case opcode::sma: return is_end || is_login;
            case opcode::rpm:
            case opcode::spm:
            case opcode::pc:
                return ((is_end || is_login) && causes_.claims(observed.actor, packet->pseudo)) ||
                       (request != nullptr && request->packet->pseudo == packet->pseudo);
            case opcode::error:
                return request != nullptr &&
                       (request->packet->op == opcode::sma || causes_.claims(action.actor, request->packet->pseudo));
            }
            return false;
        });
    }

    /// What somebody received first was caused first: the cause of the next waits until it has come.
    void order_receipts() {
        std::vector<std::array<std::size_t, 2>> against;
        for (const std::vector<std::size_t>& own : own_) {
            std::optional<std::size_t> before;
            for (const std::size_t index : own) {
                if (plan_.steps[index].action != kind::expect) {
                    continue;
                }
                if (before) {
                    order_receipt(*before, index, against);
                }
                before = index;
            }
        }
        for (const auto& [from, to] : against) {
            if (!leads_to(to, from)) {
                add_edge(from, to);
            }
        }
    }

    void order_receipt(std::size_t before, std::size_t index, std::vector<std::array<std::size_t, 2>>& against) {
        const std::size_t actor = plan_.steps[index].actor;
        const auto earlier = causes_.triggers_of(actor, *plan_.steps[before].packets.front());
        for (const observed_packet* trigger : causes_.triggers_of(actor, *plan_.steps[index].packets.front())) {
            const std::size_t sent = step_at(trigger);
            const bool is_same_sender = std::any_of(earlier.begin(), earlier.end(), [&](const observed_packet* packet) {
                return plan_.steps[step_at(packet)].actor == plan_.steps[sent].actor;
            });
            if (plan_.steps[sent].actor == actor || (is_same_sender && earlier.size() == 1)) {
                continue;  // their order is that of one connection
            }
            if (plan_.steps[before].frame < plan_.steps[sent].frame) {
                add_order(before, sent);
            } else {
                against.push_back({before, sent});
            }
        }
    }

    [[nodiscard]] std::size_t step_at(const observed_packet* packet) const { return step_of_.at(packet); }

    [[nodiscard]] std::optional<std::size_t> close_of(std::size_t actor) const {
        for (const std::size_t index : own_[actor]) {
            if (plan_.steps[index].action == kind::close) {
                return index;
            }
        }
        return std::nullopt;
    }

    void add_order(std::optional<std::size_t> from, std::size_t to) {
        if (from && plan_.steps[*from].actor != plan_.steps[to].actor &&
            plan_.steps[*from].frame <= plan_.steps[to].frame) {
            add_edge(*from, to);
        }
    }

    void add_edge(std::size_t from, std::size_t to) {
        std::vector<std::size_t>& after = plan_.steps[to].after;
        if (std::find(after.begin(), after.end(), from) == after.end()) {
            after.push_back(from);
        }
    }

    /// Whether `to` can only run after `from`.
    [[nodiscard]] bool leads_to(std::size_t from, std::size_t to) const {
        std::vector<std::size_t> open{to};
        std::vector<bool> visited(plan_.steps.size());
        while (!open.empty()) {
            const std::size_t index = open.back();
            open.pop_back();
            if (index == from) {
                return true;
            }
            if (visited[index]) {
                continue;
            }
            visited[index] = true;
            const planned_step& step = plan_.steps[index];
            open.insert(open.end(), step.after.begin(), step.after.end());
            if (index != own_[step.actor].front()) {
                open.push_back(index - 1);
            }
        }
        return false;
    }

    /// So that the file reads as the conversation went: always the step with the lowest frame that may run.
    void put_in_running_order() {
        std::vector<std::size_t> order;
        std::vector<std::size_t> at(own_.size());
        std::vector<bool> done(plan_.steps.size());
        while (order.size() < plan_.steps.size()) {
            std::optional<std::size_t> next;
            for (std::size_t actor = 0; actor < own_.size(); ++actor) {
                if (at[actor] == own_[actor].size()) {
                    continue;
                }
                const std::size_t index = own_[actor][at[actor]];
                const auto& after = plan_.steps[index].after;
                const bool may_run =
                    std::all_of(after.begin(), after.end(), [&](std::size_t cause) { return done[cause]; });
                if (may_run && (!next || plan_.steps[index].frame < plan_.steps[*next].frame)) {
                    next = index;
                }
            }
            if (!next) {
                break;  // cannot be: no edge closes a circle
            }
            done[*next] = true;
            order.push_back(*next);
            ++at[plan_.steps[*next].actor];
        }
        std::vector<std::size_t> place(plan_.steps.size());
        for (std::size_t index = 0; index < order.size(); ++index) {
            place[order[index]] = index;
        }
        std::vector<planned_step> sorted;
        for (const std::size_t index : order) {
            planned_step& step = sorted.emplace_back(std::move(plan_.steps[index]));
            for (std::size_t& each : step.after) {
                each = place[each];
            }
            std::sort(step.after.begin(), step.after.end());
        }
        plan_.steps = std::move(sorted);
        leave_out_what_is_implied();
    }

    /// A step need not say what an earlier one of its actor has waited for.
    void leave_out_what_is_implied() {
        // Of each actor: how many steps from the front, and of whom, have run when its next one may.
        std::vector<std::vector<std::size_t>> known(own_.size(), std::vector<std::size_t>(own_.size()));
        std::vector<std::vector<std::size_t>> known_after(plan_.steps.size());
        for (std::size_t index = 0; index < plan_.steps.size(); ++index) {
            planned_step& step = plan_.steps[index];
            std::vector<std::size_t>& mine = known[step.actor];
            std::vector<std::size_t> needed;
            for (auto each = step.after.rbegin(); each != step.after.rend(); ++each) {
                if (mine[plan_.steps[*each].actor] > *each) {
                    continue;
                }
                needed.push_back(*each);
                for (std::size_t actor = 0; actor < mine.size(); ++actor) {
                    mine[actor] = std::max(mine[actor], known_after[*each][actor]);
                }
            }
            // What is received must have come after its cause: that is said even where the order is clear.
            if (step.action != kind::expect) {
                step.after.assign(needed.rbegin(), needed.rend());
            }
            mine[step.actor] = index + 1;
            known_after[index] = mine;
        }
    }

    void collect_rules() {
        std::set<std::string_view> used;
        for (const planned_step& step : plan_.steps) {
            if (!step.rule.empty()) {
                used.insert(step.rule);
            }
        }
        for (const conformance::rule& rule : conformance::all_rules()) {
            if (used.contains(rule.id)) {
                plan_.rules.push_back(rule.id);
            }
        }
        if (plan_.rules.empty()) {
            plan_.rules.emplace_back("FLOW-1");
        }
        for (const connection_trace& connection : causes_.connections()) {
            plan_.has_closing_fence =
                plan_.has_closing_fence &&
                std::all_of(connection.requests.begin(), connection.requests.end(),
                            [](const traced_request& request) { return request.last_answer() != nullptr; });
            plan_.has_closing_fence = plan_.has_closing_fence && connection.from_client().unfinished.empty();
        }
    }

    const conformance::trace& trace_;
    causes causes_;
    scenario_plan plan_;
    std::vector<step_list> lists_;
    std::vector<std::vector<std::size_t>> own_;  // indexes of each actor's steps, which stand together
    std::map<const observed_packet*, std::size_t> step_of_;
};

}  // namespace

planned plan_scenario(const conformance::trace& trace) {
    if (std::string refusal = refusal_of(trace); !refusal.empty()) {
        return {{}, std::move(refusal)};
    }
    return planner{trace}.make();
}

}  // namespace chatos::dump
