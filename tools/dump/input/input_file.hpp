// A file or standard input, read in pieces.
#pragma once

#include "dump/input/input_stop.hpp"
#include "dump/output/output.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::dump {

/// What a file tells while it is read.
struct input_events {
    std::function<void(std::size_t)> on_read{};  ///< with the number of bytes of each read
    std::function<void()> before_reading{};      ///< which may wait
    std::function<void()> on_pause{};            ///< a pipe or terminal has had nothing for input_file::pause_time
    bool pauses_again{false};                    ///< on_pause is called each second while nothing comes
    const input_stop* stop{nullptr};             ///< ends the input; may be null
    /// Ends the input as well, where it has to be waited for: no regular file.
    std::optional<std::chrono::steady_clock::time_point> ends_at{};
};

/// Owns the descriptor of an open file; "-" is standard input, which stays open.
class input_file {
public:
    static constexpr std::chrono::milliseconds pause_time{30};
    /// How long the writer of a pipe may still write after a stop: tcpdump, stopped by the same Ctrl-C, writes what it
    /// holds.
    static constexpr std::chrono::milliseconds stop_time{250};

    explicit input_file(const std::string& path, input_events events = {});
    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;
    ~input_file();

    /// Reads at most piece.size() bytes into `piece` and returns how many; 0 at the end, after an error and after a
    /// stop. Waits for the first byte only, so that slow input is shown as it arrives.
    [[nodiscard]] std::size_t read(std::span<std::byte> piece);
    /// The errno of opening or reading, or 0.
    [[nodiscard]] int error() const noexcept { return error_; }
    /// Whether a stop ended the input before its own end.
    [[nodiscard]] bool was_stopped() const noexcept { return was_stopped_; }
    /// Whether more than what was read was there to read: the file is no pipe, and was stopped.
    [[nodiscard]] bool was_cut() const noexcept { return was_stopped_ && is_regular_; }

private:
    [[nodiscard]] bool wait();
    [[nodiscard]] bool wait_for_writer();
    [[nodiscard]] bool is_past_end() const;
    [[nodiscard]] int poll_time(int wanted_ms) const;

    input_events events_;
    int descriptor_;
    int error_{0};
    bool is_regular_{false};
    bool is_terminal_{false};
    bool was_stopped_{false};
    std::optional<std::chrono::steady_clock::time_point> stops_at_;
};

/// Calls `read` with the index and the path of each file, or with "-" if there are none, until `out` fails or `stop`,
/// which may be null, is requested. It returns an error, or an empty string; `report` gets each error, and the next
/// file is read. True if there was no error.
[[nodiscard]] bool read_files(const std::vector<std::string>& files, output& out, const input_stop* stop,
                              const std::function<void(std::string_view)>& report,
                              const std::function<std::string(std::size_t, const std::string&)>& read);

}  // namespace chatos::dump
