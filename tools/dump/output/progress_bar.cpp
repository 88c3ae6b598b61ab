#include "dump/output/progress_bar.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace chatos::dump {

namespace {

std::string megabytes(double bytes) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.1f", bytes / 1e6);
    return text.data();
}

std::string duration(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    const std::uint64_t minutes = whole / 60;
    return minutes == 0 ? std::to_string(whole) + " s"
                        : std::to_string(minutes) + " min " + std::to_string(whole % 60) + " s";
}

}  // namespace

std::string progress_bar::line(clock_time now) const {
    const std::uint64_t total = std::max<std::uint64_t>(shape_.total_bytes, 1);
    const double share = std::min(1.0, static_cast<double>(bytes_) / static_cast<double>(total));
    const double seconds = std::max(std::chrono::duration<double>(now - begun_).count(), 1e-9);
    const double rate = static_cast<double>(bytes_) / seconds;
    const std::uint64_t left = total - std::min(bytes_, total);
    std::array<char, 8> percent{};
    (void)std::snprintf(percent.data(), percent.size(), "%3d%%", static_cast<int>(share * 100));
    const std::string facts = ' ' + megabytes(static_cast<double>(bytes_)) + " of " +
                              megabytes(static_cast<double>(total)) + " MB, " + megabytes(rate) + " MB/s, " +
                              (rate > 0 ? duration(static_cast<double>(left) / rate) : std::string{"?"}) + " left";
    const std::size_t taken = std::string_view{percent.data()}.size() + 3 + facts.size();
    // A line that is full would wrap on some terminals.
    const std::size_t room = shape_.columns > taken + 1 ? std::min<std::size_t>(shape_.columns - taken - 1, 40) : 0;
    std::string text{percent.data()};
    if (room >= 8) {
        const auto done = static_cast<std::size_t>(share * static_cast<double>(room));
        text += " [" + std::string(done, '=') + std::string(room - done, ' ') + ']';
    }
    return (text + facts).substr(0, shape_.columns > 1 ? shape_.columns - 1 : 1);
}

void progress_bar::advance(std::uint64_t bytes, clock_time now, bool may_draw) {
    bytes_ += bytes;
    if (!may_draw || now < next_drawing_) {
        return;
    }
    next_drawing_ = now + shape_.pause;
    terminal_.add('\r', line(now), "\x1b[K");
    terminal_.flush();
    is_drawn_ = true;
}

void progress_bar::clear() {
    if (is_drawn_) {
        terminal_.add("\r\x1b[K");
        terminal_.flush();
        is_drawn_ = false;
    }
}

}  // namespace chatos::dump
