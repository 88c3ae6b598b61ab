// Bounds how many log lines of one kind are written in a second, so that clients cannot fill a disk. Knows neither
// lines nor files.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chatos::ops {

/// For one thread.
class line_rate {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `per_second_max` 0: no bound.
    explicit line_rate(std::uint32_t per_second_max) noexcept : per_second_max_{per_second_max} {}

    void change(std::uint32_t per_second_max) noexcept { per_second_max_ = per_second_max; }

    /// Whether one more line of `kind`, which must have static storage, may be written at `now`. Each refusal is
    /// counted.
    [[nodiscard]] bool admit(std::string_view kind, time_point now) noexcept;

    /// The refusals of `kind` since the last call.
    [[nodiscard]] std::uint64_t take_refused(std::string_view kind) noexcept;
    /// All refusals so far.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

    /// Calls `visit(kind)` for each kind with refusals that were not taken.
    template <typename Visit>
    void for_each_refused(Visit&& visit) const {
        for (std::size_t i = 0; i < size_; ++i) {
            if (kinds_[i].refused != 0) {
                visit(kinds_[i].name);
            }
        }
    }

    /// Kinds with a count of their own, more than the program has; any further ones share the last.
    static constexpr std::size_t kinds_max = 64;

private:
    struct kind {
        std::string_view name{};
        time_point second_since{};
        std::uint32_t written{0};  // in that second
        std::uint64_t refused{0};  // not taken
    };
    kind& find(std::string_view name) noexcept;

    std::uint32_t per_second_max_;
    std::array<kind, kinds_max> kinds_{};
    std::size_t size_{0};
    std::uint64_t refused_{0};
};

}  // namespace chatos::ops
