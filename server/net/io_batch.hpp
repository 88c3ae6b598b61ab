// Reads and writes many sockets in one system call, through io_uring where available. Otherwise, and when io_uring is
// switched off, a batch is one ordinary system call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/types.h>

struct io_uring;

namespace chatos::net {

class io_batch {
public:
    /// One call; `result` is what the system call returns, or -errno.
    struct call {
        std::uint64_t key{0};
        ::ssize_t result{0};
        int socket{-1};
        bool sends{false};
        std::byte* bytes{nullptr};
        std::size_t size{0};
    };

    /// Hands the prepared calls over and waits for `count` results, or returns -errno (io_uring_submit_and_wait()).
    using submit_function = int (*)(::io_uring* ring, unsigned count);

    /// `together`: with io_uring if available. Only for the thread that constructs it. `submit` is for tests.
    explicit io_batch(bool together, submit_function submit = nullptr);
    io_batch(const io_batch&) = delete;
    io_batch& operator=(const io_batch&) = delete;
    ~io_batch();

    [[nodiscard]] bool is_batched() const noexcept { return ring_ != nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool is_full() const noexcept { return size_ >= (is_batched() ? calls_max : 1); }
    /// Why the system stopped taking batches, as an errno; 0: it did not. Since then calls are made one by one.
    [[nodiscard]] int fault() const noexcept { return fault_; }
    /// Makes calls one by one from now on.
    void stop_batching() noexcept;

    /// Adds a call for run(), on a non-blocking socket. Not while full. The bytes must stay valid until run().
    void send(int socket, std::span<const std::byte> bytes, std::uint64_t key) noexcept;
    void receive(int socket, std::span<std::byte> into, std::uint64_t key) noexcept;

    /// Makes all calls and empties the batch. Returns the results in the order of the calls; valid until the next call
    /// of send() or receive(). Each call is made once, also when the system stops taking batches halfway: what it has
    /// taken keeps its result, or gets -EIO when that cannot be known any more, and the others are made one by one.
    [[nodiscard]] std::span<const call> run() noexcept;

    static constexpr std::size_t calls_max = 128;

private:
    struct ring;

    void run_sequentially(std::size_t first) noexcept;
    void run_batched() noexcept;
    std::size_t collect_results() noexcept;
    void give_up(int error) noexcept;

    std::array<call, calls_max> calls_{};
    std::size_t size_{0};
    std::unique_ptr<ring> ring_;
    submit_function submit_;
    int fault_{0};
};

}  // namespace chatos::net
