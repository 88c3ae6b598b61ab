#include "net/held_signals.hpp"

#include "core/ensure.hpp"
#include "net/wake_up.hpp"

#include <atomic>

namespace chatos::net {

namespace {

constexpr int nobody = -1;

// What a handler may touch.
std::atomic<int> to_ring{nobody};
std::atomic<unsigned> stops{0};
std::atomic<unsigned> reopens{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free);

void count(int number) {
    (number == SIGHUP ? reopens : stops).fetch_add(1);
    if (const int awake = to_ring.load(); awake != nobody) {
        wake_up::ring(awake);
    }
}

}  // namespace

held_signals::held_signals(int wake_up_number) {
    core::ensure(to_ring.exchange(wake_up_number) == nobody);
    struct sigaction counting {};
    counting.sa_handler = count;
    counting.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &counting, &interrupt_before_);
    ::sigaction(SIGTERM, &counting, &terminate_before_);
    ::sigaction(SIGHUP, &counting, &hang_up_before_);
}

held_signals::~held_signals() {
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    ::sigaction(SIGTERM, &terminate_before_, nullptr);
    ::sigaction(SIGHUP, &hang_up_before_, nullptr);
    to_ring.store(nobody);
}

held_signals::arrived held_signals::take() noexcept {
    return {.stops = stops.exchange(0), .reopens = reopens.exchange(0)};
}

}  // namespace chatos::net
