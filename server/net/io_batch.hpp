// Reads and writes many sockets in one system call, through io_uring where available. Otherwise, and when io_uring is
// switched off, a batch is one ordinary system call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/types.h>

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

    /// `together`: with io_uring if available. Only for the thread that constructs it.
    explicit io_batch(bool together);
    io_batch(const io_batch&) = delete;
    io_batch& operator=(const io_batch&) = delete;
    ~io_batch();

    [[nodiscard]] bool is_batched() const noexcept { return ring_ != nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool is_full() const noexcept { return size_ == (is_batched() ? calls_max : 1); }

    /// Adds a call for run(), on a non-blocking socket. Not while full. The bytes must stay valid until run().
    void send(int socket, std::span<const std::byte> bytes, std::uint64_t key) noexcept;
    void receive(int socket, std::span<std::byte> into, std::uint64_t key) noexcept;

    /// Makes all calls and empties the batch. Returns the results in the order of the calls; valid until the next call
    /// of send() or receive().
    [[nodiscard]] std::span<const call> run() noexcept;

    static constexpr std::size_t calls_max = 128;

private:
    struct ring;

    void run_sequentially() noexcept;
    void run_batched() noexcept;

    std::array<call, calls_max> calls_{};
    std::size_t size_{0};
    std::unique_ptr<ring> ring_;
};

}  // namespace chatos::net
