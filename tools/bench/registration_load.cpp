#include "bench/registration_load.hpp"

#include "base/system/process_usage.hpp"

namespace chatos::bench {

namespace {

constexpr int silence_ms_max = 10'000;

}  // namespace

registration_load::registration_load(dialect& protocol, const target_address& target, const registration_plan& plan)
    : protocol_{protocol}, plan_{plan}, pool_{target, plan.at_once, *this}, visits_(plan.at_once) {}

registration_figures registration_load::run() {
    if (register_users(plan_.users / 10U)) {
        figures_.latencies.clear();
        figures_.registrations = 0;
        const measured_phase phase{plan_.server};
        static_cast<void>(register_users(plan_.users));
        figures_.used = phase.so_far();
        if (plan_.server) {
            figures_.resident_at_end = base::resident_bytes(*plan_.server);
        }
    }
    return std::move(figures_);
}

bool registration_load::register_users(std::uint32_t count) {
    left_to_begin_ = count;
    for (std::uint32_t place = 0; place < plan_.at_once; ++place) {
        begin_visit(place);
    }
    while (figures_.fault.empty() && (present_ > 0 || left_to_begin_ > 0)) {
        if (!pool_.turn(silence_ms_max) && figures_.fault.empty()) {
            figures_.fault = "the server has sent nothing for " + std::to_string(silence_ms_max / 1'000) +
                             " s while this waited for answers to logins";
        }
    }
    return figures_.fault.empty();
}

void registration_load::begin_visit(std::uint32_t place) {
    if (left_to_begin_ == 0 || !figures_.fault.empty()) {
        return;
    }
    visits_[place] = {.user = next_user_++, .began_ns = monotonic_ns()};
    if (const std::string why = pool_.open(place, visits_[place].user); !why.empty()) {
        fail(place, why);
        return;
    }
    --left_to_begin_;
    ++present_;
}

void registration_load::connected(std::uint32_t place) {
    output_.clear();
    visits_[place].answers_awaited = protocol_.log_in(visits_[place].user, output_);
    pool_.send(place, output_);
}

std::size_t registration_load::received(std::uint32_t place, std::span<const std::byte> input) {
    visit& attempt = visits_[place];
    protocol_.read(attempt.user, input, arrivals_);
    if (!arrivals_.fault.empty()) {
        fail(place, arrivals_.fault);
    } else if (arrivals_.answers > attempt.answers_awaited || !arrivals_.senders.empty()) {
        fail(place, "more than the answer to its login");
    } else if (arrivals_.answers != 0) {
        attempt.answers_awaited -= arrivals_.answers;
        if (attempt.answers_awaited == 0) {
            figures_.latencies.add(monotonic_ns() - attempt.began_ns);
            ++figures_.registrations;
            pool_.finish(place);
        }
    }
    return arrivals_.consumed;
}

void registration_load::ended(std::uint32_t place, const std::string& why) {
    --present_;
    const bool was_registered = visits_[place].began_ns != 0 && visits_[place].answers_awaited == 0;
    if (!why.empty() || !was_registered) {
        fail(place, why.empty() ? "the server closed the connection before it answered" : why);
        return;
    }
    begin_visit(place);
}

void registration_load::fail(std::uint32_t place, const std::string& problem) {
    if (figures_.fault.empty()) {
        figures_.fault = "user " + std::to_string(visits_[place].user) + ": " + problem;
    }
}

}  // namespace chatos::bench
