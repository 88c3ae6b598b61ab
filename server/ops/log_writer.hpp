// Writes log lines to a file or stderr on its own thread. The caller never waits for the log: a full queue, a full disk
// or a pipe without a reader only loses lines, which are counted.
#pragma once

#include "ops/log_line.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
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
    /// `queue_bytes_max` bounds the waiting lines. All lines must have `format`.
    log_writer(std::string path, int descriptor, std::size_t queue_bytes_max, log_format format = log_format::logfmt);
    /// Writes the waiting lines for a short while; gives up on a log that accepts nothing.
    ~log_writer();
    log_writer(const log_writer&) = delete;
    log_writer& operator=(const log_writer&) = delete;

    /// Empty, or why lines cannot be written: the file's fault, or the system gives no thread. Before the first line.
    [[nodiscard]] std::string fault() const;

    /// `line` is without its newline. After lines were dropped, the next one reports how many: dropped=17. A line for
    /// which there is no memory counts as dropped.
    void write(std::string line) noexcept;

    /// Gives a line to write first, from the system's reason why the file could not be opened, or an empty one.
    using reopen_report = std::function<std::string(const std::string& fault)>;
    /// Reopens the file before the next line, for log rotation; keeps the old one when that fails. `report` is called
    /// on the writer's thread.
    void reopen(reopen_report report);

    [[nodiscard]] log_format format() const noexcept;
    [[nodiscard]] counts count() const;

private:
    struct shared;
    std::shared_ptr<shared> shared_;  // shared with the thread, which outlives this when the log is stuck
    std::thread thread_;
};

}  // namespace chatos::ops
