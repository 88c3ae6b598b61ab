// Random clients talk to the model, and a capture records the traffic near the clients or near the server. Packets take
// a random time, in order on each connection, so that the order of frames says as little as that of a real capture.
#pragma once

#include "judge/trace.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance::testing {

struct captured_run_settings {
    model_settings server;
    std::uint64_t seed{1};
    std::size_t clients{5};
    std::size_t actions{400};
    /// Clients also misbehave: they pipeline, send ERRORs that answer nothing, SPMs without an RPM and garbage, and
    /// stay silent.
    bool wild{false};
    /// Capture near the server instead of near the clients.
    bool near_server{false};
};

class captured_model_run {
public:
    explicit captured_model_run(const captured_run_settings& settings);

    /// Runs to the end: the last packets are requests of each registered client, and their answers.
    [[nodiscard]] trace run();

private:
    struct client_state {
        std::string name;
        std::deque<std::string> in_transit;  ///< to the server; an empty string is the end of the stream
        std::deque<std::string> to_server;   ///< arrived, not read yet
        std::deque<model_output> to_client;
        std::deque<model_packet> unanswered_deliveries;  ///< received
        std::size_t unanswered_requests{0};              ///< a PC counts until its second answer
        bool awaits_decision{false};
        bool sent_pc{false};
        bool is_registered{false};
        bool has_sent_login{false};
        bool is_closed{false};
        std::vector<std::string> permitted_recipients;
        std::string rpm_recipient;  ///< of the unanswered RPM
    };

    [[nodiscard]] std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
    [[nodiscard]] bool chance(unsigned percent) { return random_() % 100 < percent; }
    void add_client();
    void act(std::size_t index);
    void act_wildly(std::size_t index);
    void send(std::size_t index, const model_packet& packet);
    void send_bytes(std::size_t index, std::string bytes);
    void leave(std::size_t index);
    void advance_random_connection();
    void arrive_at_server(std::size_t index);
    void let_server_read(std::size_t index);
    void capture_bytes(std::size_t index, side sender, std::string_view bytes);
    void capture_end(std::size_t index, side sender, direction_end kind);
    void capture_output(const model_output& output);
    void arrive_at_client(std::size_t index);
    void handle_packet(std::size_t index, const model_packet& packet);
    void queue_output();
    void settle();
    [[nodiscard]] std::string random_name();

    captured_run_settings settings_;
    std::mt19937_64 random_;
    model model_;
    model_time now_{0};
    trace trace_;
    std::vector<client_state> clients_;
    std::size_t messages_{0};
};

}  // namespace chatos::conformance::testing
