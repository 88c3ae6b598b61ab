// The load of messages: senders that keep a number of messages in flight, receivers that acknowledge at once, whatever
// the dialect. What it checks of the server on the way: every message reaches every recipient once, in order, before it
// is answered.
#pragma once

#include "base/histogram.hpp"
#include "bench/connection_pool.hpp"
#include "bench/dialect.hpp"
#include "bench/measured_phase.hpp"
#include "bench/window.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::bench {

/// How long a phase lasts: until `messages` are done, or, when that is 0, for `seconds`.
struct amount {
    std::uint64_t messages{0};
    std::uint32_t seconds{0};
};

struct message_plan {
    workload load{};
    amount measured{};
    std::optional<::pid_t> server{};
};

struct message_figures {
    usage used{};                                       ///< of the measured phase
    std::uint64_t messages{0};                          ///< done in it
    std::uint64_t deliveries{0};                        ///< of these
    base::histogram latencies{};                        ///< from send until done, in ns
    std::optional<std::uint64_t> resident_before{};     ///< the server's memory when only the senders were logged in
    std::optional<std::uint64_t> resident_logged_in{};  ///< when everybody was, before the first message
    std::optional<std::uint64_t> resident_at_end{};     ///< after the measured phase
    std::uint64_t login_ns{0};  ///< from the first receiver's connection to the last one's answer
    std::string fault{};        ///< what was wrong; the rest is what was measured until then
};

class message_load : private connection_events {
public:
    /// All arguments but `plan` must outlive the load.
    message_load(dialect& protocol, const target_address& target, const message_plan& plan);

    /// Logs everybody in, warms up for a tenth of the measured amount (not at all for a single message), measures,
    /// leaves.
    [[nodiscard]] message_figures run();

private:
    struct user_state {
        std::uint32_t answers_awaited{0};  ///< of the login, then of the introduction
    };

    void connected(std::uint32_t place) override;
    std::size_t received(std::uint32_t place, std::span<const std::byte> input) override;
    void ended(std::uint32_t place, const std::string& why) override;

    bool prepare();
    bool log_in(user_number first, user_number last);
    void open_next();
    bool introduce();
    bool send_messages(const amount& wanted);
    void leave();
    template <typename Condition>
    bool turn_until(const char* waiting_for, Condition reached);

    void note_delivery(user_number recipient, user_number sender);
    void note_answers(user_number user, std::uint32_t count);
    void finish_oldest(user_number sender, std::uint64_t now_ns);
    void top_up(user_number sender, std::uint64_t now_ns);
    void fail(user_number user, const std::string& problem);
    [[nodiscard]] std::uint32_t recipients() const noexcept;
    [[nodiscard]] std::uint64_t& delivered_to(user_number recipient, user_number sender);

    dialect& protocol_;
    message_plan plan_;
    std::uint32_t users_;
    connection_pool pool_;
    std::vector<user_state> states_;
    std::vector<window> windows_;
    std::vector<std::uint64_t> delivered_;             ///< messages by recipient and sender
    std::vector<std::uint32_t> publishes_unanswered_;  ///< by sender
    std::vector<user_number> touched_;                 ///< senders of which something has become done in this call
    arrivals arrivals_;
    bytes output_;
    message_figures figures_;

    user_number next_to_open_{0};
    user_number last_to_open_{0};
    std::uint32_t awaited_{0};  ///< users whose login or introduction is not answered
    std::uint64_t left_to_send_{0};
    std::uint64_t deadline_ns_{0};
    std::uint64_t done_{0};
    std::uint64_t in_flight_{0};
    std::uint64_t unanswered_{0};  ///< messages whose sender has no answer yet
    std::uint32_t open_{0};
    bool is_leaving_{false};
};

}  // namespace chatos::bench
