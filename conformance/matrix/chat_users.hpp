// The users of a conversation: processes of a client under test, told what to do as its profile says, and what the
// recorded traffic says about each. Knows nothing of the conversation's course.
#pragma once

#include "matrix/recording_proxy.hpp"
#include "profile/profile.hpp"
#include "runner/child_process.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <poll.h>
#include <string>
#include <vector>

namespace chatos::conformance {

/// One of them.
class chat_user {
public:
    chat_user(const profile& client, std::string pseudo) : client_{client}, pseudo_{std::move(pseudo)} {}

    /// Starts the process, which is to connect to the proxy. Why it cannot be started; empty: it was.
    [[nodiscard]] std::string start(const recording_proxy& proxy);
    /// False when the profile does not know the command.
    [[nodiscard]] bool tell(const std::string& command, const std::string& pseudo = {}, const std::string& text = {});
    void end_input() { input_.reset(); }
    void stop() { process_.stop(); }

    void add_polled(std::vector<pollfd>& polled) const;
    /// Takes what it printed, and writes what it has not read.
    void serve();

    [[nodiscard]] const std::string& pseudo() const noexcept { return pseudo_; }
    [[nodiscard]] std::optional<process_end> end() { return process_.end(); }
    [[nodiscard]] std::vector<std::string> last_output() const;

    /// The stream of its session: of the first connection since the start that began with a CR, or with something
    /// malformed; nothing before.
    [[nodiscard]] std::optional<std::size_t> stream(const recording_proxy& proxy) const;
    /// How many requests it has sent, and deliveries it was sent.
    [[nodiscard]] std::size_t requests(const recording_proxy& proxy) const;
    [[nodiscard]] std::size_t deliveries(const recording_proxy& proxy) const;
    /// The oldest request that has not got all its answers; null: there is none.
    [[nodiscard]] const observed_packet* unanswered_request(const recording_proxy& proxy) const;
    /// The oldest delivery that it has not answered; null: there is none.
    [[nodiscard]] const observed_packet* unanswered_delivery(const recording_proxy& proxy) const;
    /// The codes that it got, in order.
    [[nodiscard]] std::vector<std::uint8_t> answers(const recording_proxy& proxy) const;
    /// Whether it was sent such a packet since its `first`th delivery.
    [[nodiscard]] bool got(const recording_proxy& proxy, std::size_t first, opcode op, const std::string& from,
                           const std::string& text) const;
    [[nodiscard]] bool has_left(const recording_proxy& proxy) const;

private:
    void flush();

    const profile& client_;
    std::string pseudo_;
    child_process process_;
    descriptor input_;
    descriptor output_;
    std::string pending_;  ///< for its input
    std::string printed_;
    std::size_t first_stream_{0};
};

}  // namespace chatos::conformance
