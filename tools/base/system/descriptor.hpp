// A file descriptor with an owner.
#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace chatos::base {

/// Owns a file descriptor and closes it.
class descriptor {
public:
    descriptor() noexcept = default;
    /// Takes ownership; a negative number is no descriptor.
    explicit descriptor(int number) noexcept : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{other.release()} {}
    descriptor& operator=(descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = other.release();
        }
        return *this;
    }
    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

    /// Gives up ownership without closing.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }

    void reset() noexcept {
        if (is_open()) {
            (void)::close(release());
        }
    }

private:
    int number_{-1};
};

/// The two ends of a pipe.
struct pipe_ends {
    descriptor reader;
    descriptor writer;
};

/// Both ends close on exec. Neither is open after a failure, and errno tells why.
[[nodiscard]] inline pipe_ends open_pipe(int flags = O_CLOEXEC) noexcept {
    int numbers[2]{-1, -1};
    (void)::pipe2(numbers, flags);
    return {descriptor{numbers[0]}, descriptor{numbers[1]}};
}

}  // namespace chatos::base
