// Sequence charts: lifelines side by side, and a row for each message and event between them. Drawn as text and as SVG.
#pragma once

#include "base/colors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {

/// A participant. Texts are printable.
struct chart_lifeline {
    std::string name;
    std::string pseudo{};   ///< in quotes; empty while it is not known, and for servers
    bool is_server{false};  ///< and the name does not say so

    friend bool operator==(const chart_lifeline&, const chart_lifeline&) = default;
};

enum class chart_mark : std::uint8_t {
    message,  ///< an arrow
    torn,     ///< bytes are missing between the two lifelines
    broken,   ///< what the sender sent could not be decoded
    remark,   ///< something about the sender's side
};

/// Texts are printable.
struct chart_row {
    chart_mark mark{chart_mark::message};
    std::size_t from{0};  ///< the sender's index in the lifelines
    std::size_t to{0};
    bool is_wrong{false};      ///< to be seen at once
    bool is_answer{false};     ///< an ERROR
    bool is_refusal{false};    ///< an ERROR whose code is not 0
    bool repeats_time{false};  ///< happened together with the row before
    std::string time{};
    std::string label{};
    std::string note{};  ///< less important than the label, and after it
};

struct sequence_chart {
    std::vector<chart_lifeline> lifelines;
    std::vector<chart_row> rows;
    std::uint64_t rows_before{0};  ///< rows left out before these
    std::uint64_t rows_after{0};   ///< rows left out after these
};

/// Draws charts as lines of text: times, lifelines, labels. With more lifelines than fit side by side each row names
/// its two, and the chart says so.
class chart_text {
public:
    struct layout {
        std::size_t columns{100};   ///< of the terminal
        bool cuts_labels{true};     ///< to those columns; else lines with long labels are wider
        std::size_t indent{0};      ///< spaces before each line
        std::string_view advice{};  ///< what to do about too many lifelines
    };

    chart_text(const layout& form, const colors& paint) : form_{form}, paint_{paint} {}

    /// Appends `chart` to `out`. The head is left out when it is that of the chart before. Of no rows nothing is drawn.
    void draw(std::string& out, const sequence_chart& chart);

private:
    struct measures {
        std::size_t time_columns{0};
        std::size_t distance{0};  ///< from lifeline to lifeline; 0: they do not fit
        std::size_t label_columns{0};
        std::size_t note_column{0};  ///< where notes begin, from the label's start
    };

    [[nodiscard]] measures measure(const sequence_chart& chart) const;
    void draw_head(std::string& out, const sequence_chart& chart, const measures& place);
    void draw_names(std::string& out, const sequence_chart& chart, const measures& place, bool pseudos) const;
    void draw_row(std::string& out, const sequence_chart& chart, const chart_row& row, const measures& place) const;
    [[nodiscard]] std::string cut(std::string_view text, std::size_t columns) const;
    [[nodiscard]] std::string_view color_of(const chart_row& row) const noexcept;
    void add_line(std::string& out, std::string_view color, std::string_view text) const;

    layout form_;
    colors paint_;
    bool has_begun_{false};
    std::vector<chart_lifeline> last_lifelines_;
    measures last_;
};

/// The style that inline charts need, once a page; the charts follow the reader's light or dark scheme.
[[nodiscard]] std::string_view chart_style() noexcept;

/// `chart` as SVG without script. `is_file`: a document of its own with its style, else a part of a page that has
/// chart_style(). `advice` is what to do about rows left out.
[[nodiscard]] std::string chart_svg(const sequence_chart& chart, bool is_file, std::string_view advice = {});

}  // namespace chatos::base
