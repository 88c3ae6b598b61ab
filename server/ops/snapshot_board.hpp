// Hands snapshots from the loop to the metrics thread. The loop never waits: it copies a value.
#pragma once

#include "ops/service_snapshot.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace chatos::ops {

/// For any number of requesters and one publisher. The lock is held only for copying.
class snapshot_board {
public:
    /// Called by the loop after a request.
    void publish(const service_snapshot& now) {
        const std::lock_guard lock{mutex_};
        latest_ = now;
        ++number_;
        published_.notify_all();
    }

    /// Calls `ask`, which must make the loop publish, and waits for the result. Empty when that takes longer than
    /// `timeout`: the loop is stuck or has ended.
    [[nodiscard]] std::optional<service_snapshot> request(const std::function<void()>& ask,
                                                          std::chrono::milliseconds timeout) {
        std::unique_lock lock{mutex_};
        const std::uint64_t before = number_;
        lock.unlock();
        ask();
        lock.lock();
        if (!published_.wait_for(lock, timeout, [this, before] { return number_ != before; })) {
            return std::nullopt;
        }
        return latest_;
    }

private:
    std::mutex mutex_;
    std::condition_variable published_;
    service_snapshot latest_;
    std::uint64_t number_{0};
};

}  // namespace chatos::ops
