// Lines on their way to a file or to stderr, on a thread of its own. The caller never waits for the log:
// a full queue, a full disk or a pipe without a reader costs lines, which are counted, and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace chatos::ops {

class log_writer {
public:
    struct counts {
        std::uint64_t written{0};
        std::uint64_t dropped{0};
    };

    /// Writes to `path`, appending, or to `descriptor` when the path is empty; the descriptor stays the caller's.
    /// `queue_bytes_max` bounds what waits.
    log_writer(std::string path, int descriptor, std::size_t queue_bytes_max);
    /// Writes what waits, for a short while; a log that takes nothing is left alone.
    ~log_writer();
    log_writer(const log_writer&) = delete;
    log_writer& operator=(const log_writer&) = delete;

    /// Empty, or why the file cannot be written. Before the first line.
    [[nodiscard]] std::string fault() const;

    /// `line` is without its end. After lines were dropped, the next one says how many: dropped=17.
    void write(std::string line);
    /// Opens the file again before the next line, as after it was renamed; keeps the old one when that fails.
    void reopen();
    [[nodiscard]] counts count() const;

private:
    struct shared;
    std::shared_ptr<shared> shared_;  // the thread's as well: it may outlive a log that is stuck
    std::thread thread_;
};

}  // namespace chatos::ops
