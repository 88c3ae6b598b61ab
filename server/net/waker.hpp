// Lets other threads and signal handlers interrupt a waiting loop.
#pragma once

#include "base/system/descriptor.hpp"

namespace chatos::net {

class waker {
public:
    /// Throws std::system_error when the system gives no descriptor.
    waker();

    /// The descriptor that is readable after wake() until clear() is called.
    [[nodiscard]] int get() const noexcept { return event_.get(); }

    /// From any thread, and from a signal handler.
    void wake() const noexcept { wake(event_.get()); }
    static void wake(int number) noexcept;

    /// Called by the loop before it handles the reason for waking up.
    void clear() const noexcept;

private:
    base::descriptor event_;
};

}  // namespace chatos::net
