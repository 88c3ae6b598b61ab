// The peer that does just what the scenario wants. It follows the scenario by what it sees of the execution, so that it
// knows which step waits for what.
#include "runner/unit_bytes.hpp"
#include "scenario/fitting_packet.hpp"
#include "scenario/peers.hpp"

#include <algorithm>
#include <array>

namespace chatos::fuzz {

namespace {

using conformance::closed_pattern;
using conformance::expect_action;
using conformance::one_of_pattern;
using conformance::packet_pattern;
using conformance::silence_pattern;
using conformance::unordered_pattern;

/// A whole scenario may take so long (conformance::timeouts), and the end of it some time.
constexpr std::chrono::seconds time_max{50};

struct planned_step {
    const conformance::step* step;
    std::optional<std::size_t> completes;  ///< the step of the scenario that is done with this one
};

struct followed_actor {
    std::vector<planned_step> program{};
    std::size_t at{0};
    std::size_t writes{0};
    std::size_t ends{0};
    std::size_t readings{0};
    std::size_t tellings{0};
    std::size_t unordered_sent{0};
    std::optional<conformance::moment> silent_since{};
    bool fence_answered{false};
};

class conforming_peer {
public:
    conforming_peer(simulated_network& network, const conformance::scenario& scenario, std::size_t choice)
        : network_{network}, scenario_{scenario}, choice_{choice}, actors_(scenario.actors.size()),
          done_(scenario.steps.size(), false) {
        for (std::size_t index = 0; index < scenario.steps.size(); ++index) {
            actors_[scenario.steps[index].actor].program.push_back({&scenario.steps[index], index});
        }
    }

    bool run() {
        for (std::size_t waits = 0; !network_.finished();) {
            follow();
            if (act()) {
                network_.turn();
            } else if (gave_up_ || network_.now() > time_max || waits++ == 2 * waits_max(scenario_)) {
                return false;
            } else {
                network_.wait_for_deadline();
                network_.turn();
            }
        }
        return true;
    }

private:
    [[nodiscard]] const simulated_actor& actor_at(std::size_t index) const { return network_.actors()[index]; }

    void complete(followed_actor& actor) {
        if (const auto completed = actor.program[actor.at].completes) {
            done_[*completed] = true;
        }
        actor.silent_since.reset();
        ++actor.at;
    }

    /// The step of the actor, if nothing is between it and its turn.
    [[nodiscard]] const conformance::step* current(const followed_actor& actor) const {
        if (actor.at == actor.program.size()) {
            return nullptr;
        }
        const conformance::step& step = *actor.program[actor.at].step;
        return std::ranges::all_of(step.after, [&](std::size_t before) { return done_[before]; }) ? &step : nullptr;
    }

    /// Passes over all that the execution has done by itself.
    void follow() {
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t index = 0; index < actors_.size(); ++index) {
                while (follow_step(index)) {
                    moved = true;
                }
            }
        }
    }

    bool follow_step(std::size_t index) {
        followed_actor& actor = actors_[index];
        const conformance::step* step = current(actor);
        if (step == nullptr) {
            return false;
        }
        if (actor_at(index).connection == simulated_actor::link::none && !comes_by_itself(index, *step)) {
            return false;
        }
        const bool is_gone = actor_at(index).connection == simulated_actor::link::gone;
        bool is_done = std::holds_alternative<conformance::connect_action>(step->action);
        if (std::holds_alternative<conformance::send_action>(step->action)) {
            is_done = actor.writes < actor_at(index).writes.size();
            actor.writes += is_done ? 1 : 0;
            is_done = is_done || is_gone;
        } else if (std::holds_alternative<conformance::close_action>(step->action)) {
            is_done = actor.ends < actor_at(index).ends;
            actor.ends += is_done ? 1 : 0;
            is_done = is_done || is_gone;
        } else if (std::holds_alternative<conformance::reading_action>(step->action)) {
            is_done = actor.readings < actor_at(index).readings;
            actor.readings += is_done ? 1 : 0;
        } else if (std::holds_alternative<conformance::relay_action>(step->action)) {
            is_done = true;
        } else if (std::holds_alternative<conformance::stdin_action>(step->action)) {
            is_done = actor.tellings < actor_at(index).tellings;
            actor.tellings += is_done ? 1 : 0;
        } else if (const auto* expect = std::get_if<expect_action>(&step->action)) {
            if (is_passed_over(*expect)) {
                is_done = true;
            } else if (const auto* silence = std::get_if<silence_pattern>(&expect->event)) {
                actor.silent_since = actor.silent_since.value_or(network_.now());
                is_done = network_.now() >= *actor.silent_since + silence->window;
            }
        }
        if (is_done) {
            complete(actor);
        }
        return is_done;
    }

    /// A client opens its end of a tunnel when the scenario gets there, and none where it wants silence.
    bool comes_by_itself(std::size_t index, const conformance::step& step) {
        const auto* expect = std::get_if<expect_action>(&step.action);
        const bool is_absent = expect != nullptr && std::holds_alternative<silence_pattern>(expect->event);
        if (!scenario_.tunnel_ends.contains(index)) {
            return false;
        }
        if (!is_absent) {
            network_.connect_tunnel_end(index);
        }
        return true;
    }

    /// The network's dialogue knows nothing of it.
    static bool is_passed_over(const expect_action& expect) {
        const auto* screen = std::get_if<conformance::screen_pattern>(&expect.event);
        const auto* exit = std::get_if<conformance::exit_pattern>(&expect.event);
        return (screen != nullptr && !played_dialogue().screen.contains(screen->shows)) ||
               (exit != nullptr && exit->reason != "any");
    }

    /// One event for one actor that waits for it; false if none does.
    bool act() {
        for (std::size_t index = 0; index < actors_.size(); ++index) {
            followed_actor& actor = actors_[index];
            const conformance::step* step = current(actor);
            const auto* expect = step == nullptr ? nullptr : std::get_if<expect_action>(&step->action);
            if (expect == nullptr || std::holds_alternative<silence_pattern>(expect->event)) {
                continue;
            }
            const bool is_beside = std::holds_alternative<conformance::screen_pattern>(expect->event) ||
                                   std::holds_alternative<conformance::exit_pattern>(expect->event);
            const bool is_open = is_beside || actor_at(index).connection == simulated_actor::link::open;
            gave_up_ = gave_up_ || !is_open || !give(index, expect->event);
            return !gave_up_;
        }
        return end();
    }

    bool give(std::size_t index, const conformance::event_pattern& event) {
        if (const auto* packet = std::get_if<packet_pattern>(&event)) {
            complete(actors_[index]);
            return give_packet(index, *packet);
        }
        if (const auto* closed = std::get_if<closed_pattern>(&event)) {
            complete(actors_[index]);
            network_.close(index, closed->how == closed_pattern::kind::reset);
            return true;
        }
        if (const auto* screen = std::get_if<conformance::screen_pattern>(&event)) {
            const conformance::pseudonyms names{std::string{run_name}};
            complete(actors_[index]);
            network_.print(index, conformance::fill_in(played_dialogue().screen.at(screen->shows),
                                                       names.expand(screen->pseudo), names.expand(screen->text)));
            return true;
        }
        if (std::holds_alternative<conformance::exit_pattern>(event)) {
            complete(actors_[index]);
            network_.exit(index);
            return true;
        }
        if (const auto* unordered = std::get_if<unordered_pattern>(&event)) {
            const std::size_t which = actors_[index].unordered_sent++;
            if (which + 1 == unordered->packets.size()) {
                actors_[index].unordered_sent = 0;
                complete(actors_[index]);
            }
            return give_packet(index, unordered->packets[which]);
        }
        if (const auto* bytes = std::get_if<conformance::bytes_pattern>(&event)) {
            complete(actors_[index]);
            const conformance::send_action all{bytes->units, conformance::split_mode::whole, {}};
            network_.send(index, conformance::bytes_of(all, conformance::pseudonyms{std::string{run_name}}).bytes);
            return true;
        }
        return choose(index, std::get<one_of_pattern>(event));
    }

    bool give_packet(std::size_t index, const packet_pattern& pattern) {
        const auto bytes = packet_that_fits(pattern, bound_);
        if (bytes) {
            network_.send(index, *bytes);
        }
        return bytes.has_value();
    }

    /// Puts the steps of an alternative in the place of the step: the first that the chosen one's first event fits,
    /// because the first event decides.
    bool choose(std::size_t index, const one_of_pattern& pattern) {
        const conformance::event_pattern& wanted =
            first_event(pattern.alternatives[choice_ % pattern.alternatives.size()]);
        conformance::received_event event;
        if (const auto* packet = std::get_if<packet_pattern>(&wanted)) {
            conformance::bindings bound = bound_;
            const auto bytes = packet_that_fits(*packet, bound);
            if (!bytes) {
                return false;
            }
            event.packet = conformance::owned(decode(*bytes).packet);
        } else {
            const bool reset = std::get<closed_pattern>(wanted).how == closed_pattern::kind::reset;
            event.type = reset ? conformance::received_event::kind::reset : conformance::received_event::kind::fin;
        }
        for (const conformance::alternative& alternative : pattern.alternatives) {
            if (fits(first_event(alternative), event)) {
                splice(actors_[index], alternative);
                return give_first(index, wanted);
            }
        }
        return false;
    }

    static const conformance::event_pattern& first_event(const conformance::alternative& alternative) {
        return std::get<expect_action>(alternative.steps.front().action).event;
    }

    [[nodiscard]] bool fits(const conformance::event_pattern& pattern, const conformance::received_event& event) const {
        conformance::bindings bound = bound_;
        const auto* packet = std::get_if<packet_pattern>(&pattern);
        return packet != nullptr
                   ? conformance::matches(*packet, event, conformance::pseudonyms{std::string{run_name}}, bound)
                   : conformance::matches(std::get<closed_pattern>(pattern), event);
    }

    static void splice(followed_actor& actor, const conformance::alternative& alternative) {
        std::vector<planned_step> nested;
        for (const conformance::step& each : alternative.steps) {
            nested.push_back({&each, std::nullopt});
        }
        nested.back().completes = actor.program[actor.at].completes;
        actor.program[actor.at].completes.reset();
        actor.program.insert(actor.program.begin() + static_cast<std::ptrdiff_t>(actor.at) + 1, nested.begin(),
                             nested.end());
        ++actor.at;
    }

    /// The event that decides, for the first step of the alternative that it decides for.
    bool give_first(std::size_t index, const conformance::event_pattern& wanted) {
        const conformance::step& first = *actors_[index].program[actors_[index].at].step;
        const conformance::event_pattern& pattern = std::get<expect_action>(first.action).event;
        const auto* remembers = std::get_if<packet_pattern>(&pattern);
        const bool is_given = give(index, wanted);
        if (remembers != nullptr && &pattern != &wanted) {
            gave_up_ = gave_up_ || remembers->pseudo.mode == conformance::text_pattern::kind::bind ||
                       remembers->message.mode == conformance::text_pattern::kind::bind;
        }
        return is_given;
    }

    /// After the last step: answers the fence, and closes what the execution ends.
    bool end() {
        const bool all_over =
            std::ranges::all_of(actors_, [](const followed_actor& actor) { return actor.at == actor.program.size(); });
        for (std::size_t index = 0; all_over && index < actors_.size(); ++index) {
            followed_actor& actor = actors_[index];
            if (actor_at(index).connection != simulated_actor::link::open) {
                continue;
            }
            if (!actor.fence_answered && actor.writes < actor_at(index).writes.size()) {
                actor.fence_answered = true;
                network_.send(index, std::array{std::byte{6}, std::byte{4}});
                return true;
            }
            if (actor.ends < actor_at(index).ends) {
                network_.close(index, false);
                return true;
            }
        }
        return false;
    }

    simulated_network& network_;
    const conformance::scenario& scenario_;
    std::size_t choice_;
    std::vector<followed_actor> actors_;
    std::vector<bool> done_;
    conformance::bindings bound_;
    bool gave_up_{false};
};

}  // namespace

bool play_along(simulated_network& network, const conformance::scenario& scenario, std::size_t choice) {
    return conforming_peer{network, scenario, choice}.run();
}

}  // namespace chatos::fuzz
