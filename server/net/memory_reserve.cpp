#include "net/memory_reserve.hpp"

#include "core/ensure.hpp"

#include <new>

namespace chatos::net {

namespace {

thread_local memory_reserve* reserve_of_thread = nullptr;

}  // namespace

memory_reserve::memory_reserve(std::size_t bytes) : blocks_max_{bytes / block_bytes} {
    blocks_.reserve(blocks_max_);
    static_cast<void>(refill());
    if (blocks_.size() < blocks_max_) {
        throw std::bad_alloc{};
    }
    above_ = std::unique_ptr<block>{new block};
}

memory_reserve::service::service(memory_reserve& reserve) {
    core::ensure(reserve_of_thread == nullptr);
    reserve_of_thread = &reserve;
    std::set_new_handler(on_failed_allocation);
}

memory_reserve::service::~service() {
    reserve_of_thread = nullptr;
}

bool memory_reserve::refill() noexcept {
    // Its own failures must not give the reserve back.
    memory_reserve* const serving = reserve_of_thread;
    reserve_of_thread = nullptr;
    while (blocks_.size() < blocks_max_) {
        std::unique_ptr<block> next{new (std::nothrow) block};  // not initialized: it takes addresses, not memory
        if (next == nullptr) {
            break;
        }
        blocks_.push_back(std::move(next));
    }
    reserve_of_thread = serving;
    is_short_ = blocks_.size() < (blocks_max_ + 1) / 2;
    return !is_short_;
}

// Called by operator new, which then tries again.
void memory_reserve::on_failed_allocation() {
    if (reserve_of_thread == nullptr || !reserve_of_thread->release()) {
        throw std::bad_alloc{};
    }
}

bool memory_reserve::release() noexcept {
    is_short_ = true;
    const bool has_any = !blocks_.empty();
    blocks_.clear();  // keeps its own memory
    return has_any;
}

}  // namespace chatos::net
