// How other threads, and signals, interrupt a loop that waits.
#pragma once

#include "net/descriptor.hpp"

namespace chatos::net {

class wake_up {
public:
    /// Throws std::system_error when the system gives no descriptor.
    wake_up();

    /// The descriptor that is readable once somebody has rung, until quiet() is called.
    [[nodiscard]] int number() const noexcept { return event_.number(); }

    /// From any thread, and from a signal handler.
    void ring() const noexcept { ring(event_.number()); }
    static void ring(int number) noexcept;

    /// By the loop: what was rung for is about to be looked at.
    void quiet() const noexcept;

private:
    descriptor event_;
};

}  // namespace chatos::net
