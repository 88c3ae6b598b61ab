// -i: frames of an interface, as they come.
#pragma once

#include "dump/capture/frame_source.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace chatos::dump {

class live_source final : public frame_source {
public:
    /// Opens the interface; the kernel drops frames that the expression, which must be valid on Ethernet,
    /// rejects. An empty expression accepts all. See problem().
    live_source(const std::string& interface, const std::string& expression);
    ~live_source() override;

    /// Waits for the next frame. Null once stop() was called, and when the interface is gone.
    [[nodiscard]] const captured_frame* next() override;
    /// Whether there is no frame just now.
    [[nodiscard]] bool is_drained() override;
    [[nodiscard]] const std::string& problem() const override { return problem_; }

    /// Frames that the kernel had no room for, so far.
    [[nodiscard]] std::uint64_t dropped_frames() const;
    /// Ends the wait of the source, from a signal handler as well.
    void stop() noexcept;

private:
    struct handle;

    bool fetch();
    void wait();

    std::unique_ptr<handle> handle_;
    captured_frame frame_;
    bool has_frame_{false};
    bool is_over_{false};
    std::string problem_;
};

}  // namespace chatos::dump
