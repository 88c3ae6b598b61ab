#include "net/signal_queue.hpp"

#include "core/ensure.hpp"
#include "net/waker.hpp"

#include <atomic>

namespace chatos::net {

namespace {

constexpr int no_waker = -1;

// The state that the signal handler may use.
std::atomic<int> waker_to_wake{no_waker};
std::atomic<unsigned> stops{0};
std::atomic<unsigned> reopens{0};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free);

void count(int number) {
    (number == SIGHUP ? reopens : stops).fetch_add(1);
    if (const int awake = waker_to_wake.load(); awake != no_waker) {
        waker::wake(awake);
    }
}

}  // namespace

signal_queue::signal_queue(int waker_descriptor) {
    core::ensure(waker_to_wake.exchange(waker_descriptor) == no_waker);
    struct sigaction counting {};
    counting.sa_handler = count;
    counting.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &counting, &interrupt_before_);
    ::sigaction(SIGTERM, &counting, &terminate_before_);
    ::sigaction(SIGHUP, &counting, &hang_up_before_);
}

signal_queue::~signal_queue() {
    ::sigaction(SIGINT, &interrupt_before_, nullptr);
    ::sigaction(SIGTERM, &terminate_before_, nullptr);
    ::sigaction(SIGHUP, &hang_up_before_, nullptr);
    waker_to_wake.store(no_waker);
}

signal_queue::arrived signal_queue::take() noexcept {
    return {.stops = stops.exchange(0), .reopens = reopens.exchange(0)};
}

}  // namespace chatos::net
