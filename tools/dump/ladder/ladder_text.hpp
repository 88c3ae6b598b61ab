// The sequence chart for a terminal.
#pragma once

#include "dump/ladder/ladder_page.hpp"
#include "dump/output/output.hpp"
#include "dump/output/palette.hpp"
#include "dump/text/time_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// Lines of at most `columns` columns: times, lifelines, what was said. With more ends than fit side by side each row
/// names its two, and the chart says so.
class ladder_text final : public ladder_canvas {
public:
    ladder_text(output& out, const palette& colours, std::size_t columns, time_format time)
        : out_{out}, colours_{colours}, columns_{columns}, time_{time} {}

    void draw(const ladder_page& page) override;

private:
    struct layout {
        std::size_t time_columns{0};
        std::size_t distance{0};  ///< from lifeline to lifeline; 0: they do not fit
        std::size_t label_columns{0};
    };

    [[nodiscard]] layout lay_out(const ladder_page& page, std::size_t time_columns) const;
    void draw_head(const ladder_page& page, const layout& place);
    void draw_names(const ladder_page& page, const layout& place, bool pseudos);
    void draw_row(const ladder_page& page, const ladder_row& row, const std::string& time, const layout& place);
    [[nodiscard]] std::string rung(const ladder_page& page, const ladder_row& row, const layout& place) const;
    std::string time_of(const ladder_row& row);

    output& out_;
    palette colours_;
    std::size_t columns_;
    time_column time_;
    bool has_begun_{false};
    std::vector<ladder_end> last_ends_;
    layout last_;
};

/// Columns that the text, which is printable UTF-8, takes on a terminal: two for what is mostly shown wide.
[[nodiscard]] std::size_t columns_of(std::string_view text) noexcept;
/// The start of `text` that takes at most `columns` columns; where something is left out it ends with an ellipsis.
[[nodiscard]] std::string cut_to_columns(std::string_view text, std::size_t columns);

}  // namespace chatos::dump
