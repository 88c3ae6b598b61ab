// The network of one execution, which exists only here: it carries what the execution asks for, gives it what a peer
// sends, keeps both, and refuses requests that no socket could serve. Time is a number that the peer moves.
#pragma once

#include "properties/verdict.hpp"
#include "runner/execution.hpp"

#include <chatos/packet.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace chatos::fuzz {

/// What happened on the connection of one actor.
struct simulated_actor {
    enum class link : std::uint8_t { none, connecting, open, gone };
    link connection{link::none};
    bool writing{false};
    std::vector<std::vector<std::byte>> writes{};  ///< what each write request had
    std::size_t ends{0};                           ///< requests to end it
    std::size_t readings{0};                       ///< requests to read or not
    std::size_t tellings{0};                       ///< commands
    std::vector<conformance::received_event> events{};
    std::vector<std::byte> unfinished{};  ///< start of a packet that has not all come
    bool has_ended{false};                ///< the peer has, and the actor may still send (a tunnel's half-close)
    bool lost{false};                     ///< bytes came that are no packet
};

/// How a client under test is talked with here: every command and every text but "ready", in words of their own.
[[nodiscard]] const conformance::client_dialogue& played_dialogue();

/// The unique part of the names of every execution here.
inline constexpr std::string_view run_name = "f";

class simulated_network {
public:
    explicit simulated_network(const conformance::scenario& scenario);
    simulated_network(const simulated_network&) = delete;
    simulated_network& operator=(const simulated_network&) = delete;

    /// Lets the execution do all that it can do now.
    void turn();
    void send(std::size_t actor, std::span<const std::byte> bytes);
    void close(std::size_t actor, bool reset);
    void print(std::size_t actor, std::string_view text);
    void exit(std::size_t actor);
    void wait(std::chrono::milliseconds time) { now_ += time; }
    void wait_for_deadline() { now_ = std::max(now_, run_.deadline()); }
    /// From here on connections and writes hang until they are released.
    void hold() { holding_ = true; }
    void release();
    /// Those that hang fail.
    void refuse_connections();
    /// The actor, an end of a tunnel, is connected by the client that it belongs to.
    void connect_tunnel_end(std::size_t actor);
    /// Carries out what the execution asks for; turn() does it.
    void perform(const conformance::network_request& request);

    [[nodiscard]] bool finished() const { return run_.finished() || broken_.has_value(); }
    [[nodiscard]] conformance::moment now() const noexcept { return now_; }
    [[nodiscard]] const std::vector<simulated_actor>& actors() const noexcept { return actors_; }
    /// Only when finished, only once.
    [[nodiscard]] conformance::outcome take_outcome() { return run_.take_outcome(); }
    /// "requests": the execution asked for something that makes no sense. "ends": it does not come to rest.
    [[nodiscard]] const verdict& broken() const noexcept { return broken_; }

private:
    void carry(const conformance::connect_request& request);
    void carry(const conformance::start_request& request);
    void carry(const conformance::tell_request& request);
    void carry(const conformance::write_request& request);
    void carry(const conformance::end_request& request);
    void carry(const conformance::reading_request& request);
    simulated_actor* checked(std::size_t actor, const char* reason);
    void refuse(const char* reason);

    conformance::moment now_{0};
    conformance::execution run_;
    std::vector<simulated_actor> actors_;
    bool holding_{false};
    verdict broken_;
};

}  // namespace chatos::fuzz
