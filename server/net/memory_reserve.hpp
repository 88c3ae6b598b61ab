// Memory that is kept for the moment when an allocation fails: what has begun can then be completed, and the loop
// closes connections until there is enough again. Knows no connections.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace chatos::net {

class memory_reserve {
public:
    /// Keeps `bytes`, which are never touched; half of them must suffice for what has begun when an allocation fails.
    /// Throws std::bad_alloc when there are not as many.
    explicit memory_reserve(std::size_t bytes);
    memory_reserve(const memory_reserve&) = delete;
    memory_reserve& operator=(const memory_reserve&) = delete;
    ~memory_reserve() = default;

    /// As long as it lives, a reserve serves the thread that created it.
    class service {
    public:
        /// One for a thread at a time (asserted). `reserve` must outlive it.
        explicit service(memory_reserve& reserve);
        service(const service&) = delete;
        service& operator=(const service&) = delete;
        ~service();
    };

    /// True from an allocation that failed on the served thread, and got the reserve instead of std::bad_alloc, until
    /// refill() succeeds. On other threads std::bad_alloc is thrown, as usual. The reference stays valid; the value
    /// changes during an allocation.
    [[nodiscard]] const bool& is_short() const noexcept { return is_short_; }

    /// Takes back what it can. False: that is less than half. A small part may stay lost, to blocks that came out of it
    /// meanwhile; that is no reason to be short for long.
    [[nodiscard]] bool refill() noexcept;

    /// Below the allocator's threshold for pages of their own, so that they come out of any free memory.
    static constexpr std::size_t block_bytes = std::size_t{120} << 10U;

private:
    static void on_failed_allocation();
    bool release() noexcept;

    struct block {
        std::byte bytes[block_bytes];
    };
    std::vector<std::unique_ptr<block>> blocks_;
    // Never released: it lies above the others, so that the allocator does not return those to the system, which might
    // not give them back.
    std::unique_ptr<block> above_;
    std::size_t blocks_max_;
    bool is_short_{false};
};

}  // namespace chatos::net
