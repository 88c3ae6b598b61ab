#include "bench/message_load.hpp"

#include "base/system/process_usage.hpp"

#include <algorithm>
#include <limits>

namespace chatos::bench {

namespace {

constexpr int silence_ms_max = 10'000;
/// More at once would overflow the queue of a listening socket, and wait for retransmissions.
constexpr std::uint32_t logins_at_once = 200;

/// A tenth of the measured phase, and nothing for a single message.
amount warm_up_of(const amount& measured) {
    if (measured.messages != 0) {
        return {.messages = measured.messages / 10U};
    }
    return {.seconds = std::max(1U, measured.seconds / 10U)};
}

std::optional<std::uint64_t> resident_of(std::optional<::pid_t> server) {
    return server ? base::resident_bytes(*server) : std::nullopt;
}

}  // namespace

message_load::message_load(dialect& protocol, const target_address& target, const message_plan& plan)
    : protocol_{protocol}, plan_{plan}, users_{plan.load.senders + plan.load.receivers}, pool_{target, users_, *this},
      states_(users_), publishes_unanswered_(plan.load.senders) {
    const bool is_partner = plan.load.to == audience::partner;
    delivered_.resize(is_partner ? plan.load.receivers : std::size_t{users_} * plan.load.senders);
    for (user_number sender = 0; sender < plan.load.senders; ++sender) {
        windows_.emplace_back(plan.load.in_flight, recipients());
    }
}

std::uint32_t message_load::recipients() const noexcept {
    if (plan_.load.to == audience::partner) {
        return 1;
    }
    return plan_.load.receivers + (protocol_.senders_receive() ? plan_.load.senders - 1 : 0);
}

std::uint64_t& message_load::delivered_to(user_number recipient, user_number sender) {
    if (plan_.load.to == audience::partner) {
        return delivered_[sender];
    }
    return delivered_[std::size_t{recipient} * plan_.load.senders + sender];
}

message_figures message_load::run() {
    if (prepare() && send_messages(warm_up_of(plan_.measured))) {
        figures_.latencies.clear();
        done_ = 0;
        const measured_phase phase{plan_.server};
        static_cast<void>(send_messages(plan_.measured));
        figures_.used = phase.so_far();
        figures_.messages = done_;
        figures_.deliveries = done_ * recipients();
        figures_.resident_at_end = resident_of(plan_.server);
    }
    if (figures_.fault.empty()) {
        leave();
    }
    return std::move(figures_);
}

bool message_load::prepare() {
    if (!log_in(0, plan_.load.senders)) {
        return false;
    }
    figures_.resident_before = resident_of(plan_.server);
    const std::uint64_t began_ns = monotonic_ns();
    if (!log_in(plan_.load.senders, users_)) {
        return false;
    }
    figures_.login_ns = monotonic_ns() - began_ns;
    figures_.resident_logged_in = resident_of(plan_.server);
    return introduce();
}

template <typename Condition>
bool message_load::turn_until(const char* waiting_for, Condition reached) {
    while (figures_.fault.empty() && !reached()) {
        if (!pool_.turn(silence_ms_max) && figures_.fault.empty()) {
            figures_.fault = "the server has sent nothing for " + std::to_string(silence_ms_max / 1'000) +
                             " s while this waited for " + waiting_for;
        }
    }
    return figures_.fault.empty();
}

bool message_load::log_in(user_number first, user_number last) {
    next_to_open_ = first;
    last_to_open_ = last;
    awaited_ = last - first;
    for (std::uint32_t i = 0; i < logins_at_once; ++i) {
        open_next();
    }
    return turn_until("answers to logins", [this] { return awaited_ == 0; });
}

void message_load::open_next() {
    if (next_to_open_ == last_to_open_ || !figures_.fault.empty()) {
        return;
    }
    const user_number user = next_to_open_++;
    if (const std::string why = pool_.open(user, user); !why.empty()) {
        fail(user, why);
        return;
    }
    ++open_;
}

bool message_load::introduce() {
    for (user_number sender = 0; sender < plan_.load.senders; ++sender) {
        output_.clear();
        const std::uint32_t answers = protocol_.introduce(sender, output_);
        states_[sender].answers_awaited = answers;
        awaited_ += answers == 0 ? 0U : 1U;
        pool_.send(sender, output_);
    }
    return turn_until("answers to requests for a recipient", [this] { return awaited_ == 0; });
}

bool message_load::send_messages(const amount& wanted) {
    const std::uint64_t now_ns = monotonic_ns();
    const bool is_counted = wanted.messages != 0 || wanted.seconds == 0;
    left_to_send_ = is_counted ? wanted.messages : std::numeric_limits<std::uint64_t>::max();
    deadline_ns_ = is_counted ? std::numeric_limits<std::uint64_t>::max()
                              : now_ns + std::uint64_t{wanted.seconds} * 1'000'000'000U;
    for (user_number sender = 0; sender < plan_.load.senders; ++sender) {
        top_up(sender, now_ns);
    }
    return turn_until("messages to be done",
                      [this] { return left_to_send_ == 0 && in_flight_ == 0 && unanswered_ == 0; });
}

void message_load::leave() {
    is_leaving_ = true;
    for (user_number user = 0; user < users_; ++user) {
        pool_.finish(user);
    }
    static_cast<void>(turn_until("connections to be closed", [this] { return open_ == 0; }));
}

void message_load::connected(std::uint32_t place) {
    output_.clear();
    states_[place].answers_awaited = protocol_.log_in(place, output_);
    pool_.send(place, output_);
}

std::size_t message_load::received(std::uint32_t place, std::span<const std::byte> input) {
    protocol_.read(place, input, arrivals_);
    // Acknowledgements first: our own bookkeeping is not to count as the server's time.
    pool_.send(place, arrivals_.acknowledgements);
    for (const user_number sender : arrivals_.senders) {
        note_delivery(place, sender);
    }
    note_answers(place, arrivals_.answers);
    if (!touched_.empty()) {
        const std::uint64_t now_ns = monotonic_ns();
        for (const user_number sender : touched_) {
            while (windows_[sender].oldest_has_arrived() && protocol_.done_when() == completion::delivered) {
                finish_oldest(sender, now_ns);
            }
            top_up(sender, now_ns);
        }
        touched_.clear();
    }
    if (!arrivals_.fault.empty()) {
        fail(place, arrivals_.fault);
    }
    return arrivals_.consumed;
}

void message_load::note_delivery(user_number recipient, user_number sender) {
    const bool is_for_partner = plan_.load.to == audience::partner;
    if (is_for_partner ? recipient != plan_.load.senders + sender : recipient == sender) {
        fail(recipient, "a message for somebody else");
        return;
    }
    if (!windows_[sender].arrive(delivered_to(recipient, sender)++)) {
        fail(recipient, "a message that was not sent, or comes twice");
        return;
    }
    if (protocol_.done_when() == completion::delivered && windows_[sender].oldest_has_arrived()) {
        touched_.push_back(sender);
    }
}

void message_load::note_answers(user_number user, std::uint32_t count) {
    user_state& state = states_[user];
    if (count == 0) {
        return;
    }
    if (state.answers_awaited != 0) {
        const std::uint32_t taken = std::min(count, state.answers_awaited);
        state.answers_awaited -= taken;
        count -= taken;
        if (state.answers_awaited == 0) {
            --awaited_;
            open_next();
        }
    }
    if (count == 0) {
        return;
    }
    if (user >= plan_.load.senders || publishes_unanswered_[user] < count) {
        fail(user, "an answer to nothing");
        return;
    }
    publishes_unanswered_[user] -= count;
    unanswered_ -= count;
    if (protocol_.done_when() == completion::delivered) {
        return;
    }
    const std::uint64_t now_ns = monotonic_ns();
    for (; count > 0; --count) {
        if (!windows_[user].oldest_has_arrived()) {
            fail(user, "an answer before all recipients had the message");
            return;
        }
        finish_oldest(user, now_ns);
    }
    touched_.push_back(user);
}

void message_load::finish_oldest(user_number sender, std::uint64_t now_ns) {
    figures_.latencies.add(now_ns - windows_[sender].finish_oldest());
    ++done_;
    --in_flight_;
}

void message_load::top_up(user_number sender, std::uint64_t now_ns) {
    if (now_ns >= deadline_ns_) {
        left_to_send_ = 0;
    }
    auto wanted = static_cast<std::uint32_t>(std::min<std::uint64_t>(windows_[sender].room(), left_to_send_));
    left_to_send_ -= wanted;
    in_flight_ += wanted;
    publishes_unanswered_[sender] += wanted;
    unanswered_ += wanted;
    windows_[sender].send(wanted, now_ns);
    while (wanted > 0) {
        std::uint32_t given = 0;
        const auto output = protocol_.publish(sender, wanted, given);
        pool_.send(sender, output);
        wanted -= given;
    }
}

void message_load::ended(std::uint32_t place, const std::string& why) {
    --open_;
    if (!is_leaving_) {
        fail(place, why.empty() ? "the server closed the connection" : why);
    }
}

void message_load::fail(user_number user, const std::string& problem) {
    if (figures_.fault.empty()) {
        const bool is_sender = user < plan_.load.senders;
        figures_.fault = (is_sender ? "sender " : "receiver ") +
                         std::to_string(is_sender ? user : user - plan_.load.senders) + ": " + problem;
    }
}

}  // namespace chatos::bench
