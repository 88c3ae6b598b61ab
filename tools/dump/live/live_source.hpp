// -i: frames of an interface, as they come.
#pragma once

#include "dump/capture/frame_source.hpp"
#include "dump/input/input_stop.hpp"
#include "dump/link/decapsulator.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace chatos::dump {

class live_source final : public frame_source {
public:
    /// How long frames are still taken after a stop where they do not cease to come.
    static constexpr std::chrono::milliseconds stop_time{250};

    /// Of frames that have come and were not taken; the kernel's, but this program's memory all the same.
    static constexpr int buffer_bytes_default = 8 << 20;
    static constexpr int buffer_bytes_watched = 4 << 20;

    /// Opens the interface; the kernel drops frames that the expression, which must be valid on Ethernet,
    /// rejects, and those that show that they have none of the ports. An empty expression accepts all. `stop` ends the
    /// capture, and must outlive the source. See problem().
    live_source(const std::string& interface, const std::string& expression, const server_ports& ports,
                const input_stop& stop, int buffer_bytes = buffer_bytes_default);
    ~live_source() override;

    /// Called whenever there is no frame just now.
    void on_pause(std::function<void()> listener) { on_pause_ = std::move(listener); }
    /// It is called at least once a second as well: by the clock while no frame comes, otherwise by their time stamps.
    void pause_each_second() { pauses_each_second_ = true; }
    /// The capture ends then.
    void end_at(const std::optional<std::chrono::steady_clock::time_point>& time) { ends_at_ = time; }
    /// Waits for the next frame. Null after a stop, once those that had come are taken, and when the interface is gone.
    [[nodiscard]] const captured_frame* next() override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

    /// Frames that the kernel had no room for, so far.
    [[nodiscard]] std::uint64_t dropped_frames() const;

private:
    struct handle;

    bool fetch();
    void wait();
    [[nodiscard]] bool is_past_stop();

    const input_stop& stop_;
    std::unique_ptr<handle> handle_;
    std::function<void()> on_pause_;
    captured_frame frame_;
    bool pauses_each_second_{false};
    std::int64_t paused_second_{0};  // of the frame before the last pause among frames
    std::optional<std::chrono::steady_clock::time_point> ends_at_;
    std::optional<std::chrono::steady_clock::time_point> stops_at_;
    bool is_over_{false};
    std::string problem_;
};

}  // namespace chatos::dump
