// A file descriptor with an owner.
#pragma once

#include <unistd.h>
#include <utility>

namespace chatos::net {

class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int number) noexcept : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, none)} {}
    descriptor& operator=(descriptor other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~descriptor() {
        if (number_ != none) {
            ::close(number_);
        }
    }

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ != none; }

    /// Gives up ownership and returns the number.
    [[nodiscard]] int release() noexcept { return std::exchange(number_, none); }

private:
    static constexpr int none = -1;
    int number_{none};
};

}  // namespace chatos::net
