// A conversation of random clients with the model, as a capture near the clients would show it: what is on its way
// takes a random time, on each connection in order, so that the order of frames says no more than a capture's does.
#pragma once

#include "judge/conversation.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance::testing {

struct watched_settings {
    model_settings server;
    std::uint64_t seed{1};
    std::size_t clients{5};
    std::size_t actions{400};
    /// Clients do what clients must not do as well: pipelining, strays, no RPM, garbage, silence, resets.
    bool wild{false};
    /// Whether the capture is taken beside the server, instead of beside the clients.
    bool near_server{false};
};

class watched_model {
public:
    explicit watched_model(const watched_settings& settings);

    /// Everything, up to the end: at last each client asks something, and gets its answer.
    [[nodiscard]] conversation run();

private:
    struct client {
        std::string name;
        std::deque<std::string> on_the_way;  ///< to the server; an empty one is the end
        std::deque<std::string> to_server;   ///< arrived, and not read yet
        std::deque<model_output> to_client;
        std::deque<model_packet> owed;  ///< deliveries that it has seen and not answered
        std::size_t unanswered{0};      ///< requests, the second answer of a PC included
        bool awaits_decision{false};
        bool sent_pc{false};
        bool registered{false};
        bool has_claimed{false};
        bool over{false};
        std::vector<std::string> favourable;
        std::string asked;  ///< of the RPM that waits for its answer
    };

    [[nodiscard]] std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
    [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
    void add_client();
    void act(std::size_t index);
    void act_wildly(std::size_t index);
    void say(std::size_t index, const model_packet& packet);
    void say_bytes(std::size_t index, std::string bytes);
    void leave(std::size_t index);
    void let_something_arrive();
    void arrive_near_server(std::size_t index);
    void be_read_by_server(std::size_t index);
    void hear(std::size_t index, speaker by, std::string_view bytes);
    void hear_end(std::size_t index, speaker by, ending how);
    void hear_output(const model_output& one);
    void arrive_at_client(std::size_t index);
    void take(std::size_t index, const model_packet& packet);
    void spread_output();
    void settle();
    [[nodiscard]] std::string some_name();

    watched_settings settings_;
    std::mt19937_64 random_;
    model model_;
    model_time now_{0};
    conversation heard_;
    std::vector<client> clients_;
    std::size_t messages_{0};
};

}  // namespace chatos::conformance::testing
