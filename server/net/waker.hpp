// How other threads, and signals, interrupt a loop that waits.
#pragma once

#include "net/descriptor.hpp"

namespace chatos::net {

class waker {
public:
    /// Throws std::system_error when the system gives no descriptor.
    waker();

    /// The descriptor that is readable once somebody has rung, until quiet() is called.
    [[nodiscard]] int number() const noexcept { return event_.number(); }

    /// From any thread, and from a signal handler.
    void wake() const noexcept { wake(event_.number()); }
    static void wake(int number) noexcept;

    /// By the loop: what was rung for is about to be looked at.
    void clear() const noexcept;

private:
    descriptor event_;
};

}  // namespace chatos::net
