#include "runner/descriptor.hpp"

#include <unistd.h>
#include <utility>

namespace chatos::conformance {

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = other.release();
    }
    return *this;
}

int descriptor::release() noexcept {
    return std::exchange(number_, -1);
}

void descriptor::reset() noexcept {
    if (const int number = release(); number >= 0) {
        (void)::close(number);
    }
}

}  // namespace chatos::conformance
