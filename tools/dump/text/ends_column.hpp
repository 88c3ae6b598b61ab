// The column of senders and receivers, as wide as on the lines before, so that what follows them is aligned.
#pragma once

#include <algorithm>
#include <cstddef>

namespace chatos::dump {

/// A line cannot know which ends the lines after it have. So the column has room for a name from the first line of a
/// stream on, and grows in steps.
class ends_column {
public:
    /// Spaces after two ends that take `columns`, and the name of the client `name_columns` (0: not known yet); on the
    /// lines after it the name may take `claimed_columns`.
    [[nodiscard]] std::size_t padding(std::size_t columns, std::size_t name_columns,
                                      std::size_t claimed_columns) noexcept {
        const std::size_t wanted = columns + std::max({name_columns, claimed_columns, name_columns_usual});
        if (wanted > columns_) {
            columns_ = std::min(columns_max, (wanted + step - 1) / step * step);
        }
        const std::size_t taken = columns + name_columns;
        return columns_ > taken ? columns_ - taken : 0;
    }

private:
    static constexpr std::size_t name_columns_usual = 11;  // a space, quotes and 8 columns
    static constexpr std::size_t step = 4;
    static constexpr std::size_t columns_max = 100;

    std::size_t columns_{0};
};

}  // namespace chatos::dump
