// The peer that does what bytes say. A command's lower four bits say what is done, its upper four bits to which actor;
// some commands take further bytes.
#include "scenario/fitting_packet.hpp"
#include "scenario/peers.hpp"

#include <chatos/encode.hpp>

#include <algorithm>
#include <array>

namespace chatos::fuzz {

namespace {

/// Commands after this one are not read.
constexpr int commands_max = 300;

enum class command : unsigned {
    what_is_expected = 0,  ///< up to error_answer: the most useful command is the most frequent
    error_answer = 6,      ///< a byte: the code
    packet = 7,            ///< a byte: which
    bytes = 8,             ///< a byte: how many follow
    fin = 9,
    reset = 10,
    wait = 11,  ///< a byte: 16 ms each
    wait_for_deadline = 12,
    hold = 13,
    release = 14,
    refuse_connections = 15
};

class scripted_peer {
public:
    scripted_peer(simulated_network& network, const conformance::scenario& scenario, std::span<const std::byte> script)
        : network_{network}, remaining_{script}, programs_(scenario.actors.size()) {
        for (const conformance::step& step : scenario.steps) {
            programs_[step.actor].push_back(&step);
        }
    }

    void run() {
        for (int count = 0; count < commands_max && !remaining_.empty() && !network_.finished(); ++count) {
            const unsigned byte = take();
            perform(static_cast<command>(byte % 16), byte / 16 % static_cast<unsigned>(programs_.size()));
            // Some events come in one turn.
            if (byte % 16 >= 12 || remaining_.empty() || (std::to_integer<unsigned>(remaining_.front()) & 0x80U) == 0) {
                network_.turn();
            }
        }
        network_.release();
        network_.turn();
    }

private:
    unsigned take() {
        if (remaining_.empty()) {
            return 0;
        }
        const auto byte = std::to_integer<unsigned>(remaining_.front());
        remaining_ = remaining_.subspan(1);
        return byte;
    }

    void perform(command kind, std::size_t actor) {
        switch (kind) {
        default: send_what_is_expected(actor); break;
        case command::error_answer: {
            const std::array<std::byte, 2> error{std::byte{6}, static_cast<std::byte>(take() % 8)};
            network_.send(actor, error);
            break;
        }
        case command::packet: send_packet(actor, take()); break;
        case command::bytes: {
            const std::size_t count = std::min<std::size_t>(take() % 32, remaining_.size());
            network_.send(actor, remaining_.first(count));
            remaining_ = remaining_.subspan(count);
            break;
        }
        case command::fin: network_.close(actor, false); break;
        case command::reset: network_.close(actor, true); break;
        case command::wait: network_.wait(std::chrono::milliseconds{take() * 16}); break;
        case command::wait_for_deadline: network_.wait_for_deadline(); break;
        case command::hold: network_.hold(); break;
        case command::release: network_.release(); break;
        case command::refuse_connections: network_.refuse_connections(); break;
        }
    }

    void send_packet(std::size_t actor, unsigned which) {
        const std::array<packet_view, 6> packets{make_cr("any"),  make_rpm("any"), make_spm("any", "any"),
                                                 make_sma("any"), make_pc("any"),  make_spm("any", "")};
        const packet_view& packet = packets[which % packets.size()];
        std::array<std::byte, 32> wire{};
        const encode_result encoded = encode(packet, wire);
        network_.send(actor, std::span{wire}.first(encoded.size));
    }

    /// Of the actor's steps, as far as this peer can tell, the next that expects something; after them an answer to
    /// the closing fence.
    void send_what_is_expected(std::size_t actor) {
        std::vector<const conformance::step*>& program = programs_[actor];
        while (!program.empty()) {
            const conformance::step& step = *program.front();
            program.erase(program.begin());
            if (const auto* expect = std::get_if<conformance::expect_action>(&step.action)) {
                send_event(actor, expect->event);
                return;
            }
        }
        network_.send(actor, std::array{std::byte{6}, std::byte{4}});
    }

    void send_event(std::size_t actor, const conformance::event_pattern& event) {
        if (const auto* packet = std::get_if<conformance::packet_pattern>(&event)) {
            network_.send(actor, packet_that_fits(*packet, bound_).value_or(std::vector<std::byte>{}));
        } else if (const auto* closed = std::get_if<conformance::closed_pattern>(&event)) {
            network_.close(actor, closed->how == conformance::closed_pattern::kind::reset);
        } else if (const auto* unordered = std::get_if<conformance::unordered_pattern>(&event)) {
            for (std::size_t count = unordered->packets.size(); count-- > 0;) {
                network_.send(actor,
                              packet_that_fits(unordered->packets[count], bound_).value_or(std::vector<std::byte>{}));
            }
        } else if (const auto* one_of = std::get_if<conformance::one_of_pattern>(&event)) {
            const conformance::alternative& alternative = one_of->alternatives[take() % one_of->alternatives.size()];
            std::vector<const conformance::step*> nested;
            for (const conformance::step& step : alternative.steps) {
                nested.push_back(&step);
            }
            programs_[actor].insert(programs_[actor].begin(), nested.begin() + 1, nested.end());
            send_event(actor, std::get<conformance::expect_action>(nested.front()->action).event);
        }
    }

    simulated_network& network_;
    std::span<const std::byte> remaining_;
    std::vector<std::vector<const conformance::step*>> programs_;
    conformance::bindings bound_;
};

std::size_t count_steps(const std::vector<conformance::step>& steps) {
    std::size_t count = steps.size();
    for (const conformance::step& step : steps) {
        const auto* expect = std::get_if<conformance::expect_action>(&step.action);
        const auto* one_of = expect == nullptr ? nullptr : std::get_if<conformance::one_of_pattern>(&expect->event);
        if (one_of != nullptr) {
            for (const conformance::alternative& each : one_of->alternatives) {
                count += count_steps(each.steps);
            }
        }
    }
    return count;
}

}  // namespace

std::size_t waits_max(const conformance::scenario& scenario) {
    return count_steps(scenario.steps) + scenario.actors.size() + 4;
}

verdict play_script(simulated_network& network, const conformance::scenario& scenario,
                    std::span<const std::byte> script) {
    scripted_peer{network, scenario, script}.run();
    for (std::size_t waits = 0; !network.finished(); ++waits) {
        if (waits == waits_max(scenario)) {
            return failure{"ends", "the execution waits, and waits again, and comes to no end"};
        }
        network.wait_for_deadline();
        network.turn();
    }
    return network.broken();
}

}  // namespace chatos::fuzz
