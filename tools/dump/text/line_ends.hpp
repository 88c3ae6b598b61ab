// The column of senders and receivers, as wide as on the lines before, so that what follows it is aligned.
#pragma once

#include "base/colors.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chatos::dump {

/// Formats the column once for each direction of a stream, as long as not too many streams alternate.
class line_ends {
public:
    explicit line_ends(const base::colors& colors) : plain_{colors.plain} {}

    /// `  10.0.0.1:40000 "bob" > 10.0.0.2:7777`, with the end of its color and spaces up to the next column. `name` is
    /// the client's, empty if it is not known; `claimed` is the name that the lines after this one may show. Lives
    /// until the next call.
    [[nodiscard]] std::string_view of(const stream_position& at, std::string_view name, std::string_view claimed);

private:
    struct direction_text {
        std::uint64_t key{0};    // direction_number() plus one; 0: empty
        std::size_t columns{0};  // the column's width for which it was made
        std::string name;
        std::string text;
    };
    static constexpr std::size_t slots = 512;

    void format(direction_text& slot, const stream_position& at, std::string_view claimed);
    void widen(std::size_t columns) noexcept;

    std::string_view plain_;
    std::size_t columns_{0};
    std::array<direction_text, slots> directions_;
};

}  // namespace chatos::dump
