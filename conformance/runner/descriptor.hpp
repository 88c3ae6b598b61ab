// A file descriptor with an owner.
#pragma once

namespace chatos::conformance {

/// A file descriptor that is closed when its owner goes.
class descriptor {
public:
    descriptor() noexcept = default;
    explicit descriptor(int number) noexcept : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{other.release()} {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int release() noexcept;
    void reset() noexcept;

private:
    int number_{-1};
};

}  // namespace chatos::conformance
