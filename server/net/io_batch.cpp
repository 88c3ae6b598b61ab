#include "net/io_batch.hpp"

#include <cerrno>
#include <liburing.h>
#include <limits>
#include <new>
#include <sys/socket.h>

namespace chatos::net {

namespace {

// No system call returns it.
constexpr ::ssize_t no_result = std::numeric_limits<::ssize_t>::min();
// An error that may pass, again and again without any progress, counts as one that stays.
constexpr int attempts_max = 16;

}  // namespace

struct io_batch::ring {
    ring() = default;
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;
    ~ring() {
        if (open) {
            ::io_uring_queue_exit(&uring);
        }
    }

    ::io_uring uring{};
    bool open{false};
};

io_batch::io_batch(bool together, submit_function submit)
    : submit_{submit == nullptr ? ::io_uring_submit_and_wait : submit} {
    if (!together) {
        return;
    }
    std::unique_ptr<ring> result{new (std::nothrow) ring};
    if (result == nullptr) {
        return;
    }
    // No kernel threads: every call completes while it is submitted.
    result->open =
        ::io_uring_queue_init(calls_max, &result->uring, IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) == 0;
    if (result->open) {
        ring_ = std::move(result);
    }
}

io_batch::~io_batch() = default;

void io_batch::send(int socket, std::span<const std::byte> bytes, std::uint64_t key) noexcept {
    calls_[size_++] = {.key = key,
                       .result = 0,
                       .socket = socket,
                       .sends = true,
                       .bytes = const_cast<std::byte*>(bytes.data()),  // read only: it is sent
                       .size = bytes.size()};
}

void io_batch::receive(int socket, std::span<std::byte> into, std::uint64_t key) noexcept {
    calls_[size_++] = {
        .key = key, .result = 0, .socket = socket, .sends = false, .bytes = into.data(), .size = into.size()};
}

std::span<const io_batch::call> io_batch::run() noexcept {
    const std::size_t count = size_;
    if (count > 1 && is_batched()) {
        run_batched();
    } else {
        run_sequentially(0);
    }
    size_ = 0;
    return std::span<const call>{calls_}.first(count);
}

void io_batch::stop_batching() noexcept {
    ring_.reset();
}

void io_batch::run_sequentially(std::size_t first) noexcept {
    for (std::size_t index = first; index < size_; ++index) {
        call& request = calls_[index];
        request.result = request.sends ? ::send(request.socket, request.bytes, request.size, MSG_NOSIGNAL)
                                       : ::recv(request.socket, request.bytes, request.size, 0);
        request.result = request.result < 0 ? -errno : request.result;
    }
}

void io_batch::run_batched() noexcept {
    ::io_uring& uring = ring_->uring;
    for (std::size_t index = 0; index < size_; ++index) {
        call& request = calls_[index];
        ::io_uring_sqe* entry = ::io_uring_get_sqe(&uring);  // as many as calls_max, and all are free
        if (request.sends) {
            ::io_uring_prep_send(entry, request.socket, request.bytes, request.size, MSG_NOSIGNAL | MSG_DONTWAIT);
        } else {
            ::io_uring_prep_recv(entry, request.socket, request.bytes, request.size, MSG_DONTWAIT);
        }
        ::io_uring_sqe_set_data64(entry, index);
        request.result = no_result;
    }
    int attempts_left = attempts_max;
    for (std::size_t done = 0; done < size_;) {
        const int submitted = submit_(&uring, static_cast<unsigned>(size_ - done));
        const std::size_t completed = collect_results();
        done += completed;
        attempts_left = submitted > 0 || completed != 0 ? attempts_max : attempts_left - 1;
        const bool may_pass = submitted >= 0 || submitted == -EINTR || submitted == -EAGAIN || submitted == -EBUSY;
        if (done < size_ && (!may_pass || attempts_left == 0)) {
            give_up(submitted < 0 ? -submitted : EIO);
            return;
        }
    }
}

std::size_t io_batch::collect_results() noexcept {
    unsigned completed = 0;
    unsigned head = 0;
    ::io_uring_cqe* outcome = nullptr;
    io_uring_for_each_cqe(&ring_->uring, head, outcome) {
        calls_[::io_uring_cqe_get_data64(outcome)].result = outcome->res;
        ++completed;
    }
    ::io_uring_cq_advance(&ring_->uring, completed);
    return completed;
}

// The system takes calls in their order, so those that it has not taken are the last ones.
void io_batch::give_up(int error) noexcept {
    const std::size_t taken = size_ - ::io_uring_sq_ready(&ring_->uring);
    for (std::size_t index = 0; index < taken; ++index) {
        if (calls_[index].result == no_result) {
            calls_[index].result = -EIO;
        }
    }
    fault_ = error;
    ring_.reset();
    run_sequentially(taken);
}

}  // namespace chatos::net
