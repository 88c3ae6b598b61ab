#include "bench/window.hpp"

namespace chatos::bench {

void window::send(std::uint32_t count, std::uint64_t now_ns) noexcept {
    for (; count > 0; --count) {
        slots_[sent_++ % slots_.size()] = {now_ns, recipients_};
    }
}

bool window::arrive(std::uint64_t number) noexcept {
    if (number < done_ || number >= sent_) {
        return false;
    }
    slot& entry = slots_[number % slots_.size()];
    if (entry.missing == 0) {
        return false;
    }
    --entry.missing;
    return true;
}

}  // namespace chatos::bench
