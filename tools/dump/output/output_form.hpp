// Which sinks the records go through, as the command line asks: filters first, then what prints.
#pragma once

#include "base/colors.hpp"
#include "dump/filter/filter.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/text/time_text.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chatos::dump {

enum class form_kind : std::uint8_t { lines, tree, json, ladder };

struct form_options {
    form_kind kind{form_kind::lines};
    bool wants_stats{false};  ///< instead of packets
    time_format time{time_format::relative};
    base::colors colors{};
    bool names_streams{false};  ///< several files
    std::size_t columns{100};   ///< of the terminal
    std::optional<std::uint32_t> followed{};
    std::optional<filter> accepted{};
    std::string svg_path{};  ///< empty: no drawing
};

/// Owns the sinks, one behind the other.
class output_form {
public:
    /// What is printed goes to `out`, which must outlive the form. The drawing's file is made at once: see problem().
    output_form(const form_options& options, output& out);
    output_form(const output_form&) = delete;
    output_form& operator=(const output_form&) = delete;
    ~output_form();

    /// The sink for all records.
    [[nodiscard]] record_sink& first() const noexcept { return *first_; }
    /// Writes what is left of the drawing. Call it behind the summary, before problem().
    void finish();
    /// Why the drawing cannot be written, safe to print; empty while it can.
    [[nodiscard]] std::string problem() const;

private:
    struct drawing;

    void make_printer(const form_options& options, output& out);
    template <typename Sink, typename... Arguments>
    void put_before(Arguments&&... arguments);

    std::vector<std::unique_ptr<record_sink>> sinks_;
    std::vector<std::unique_ptr<class ladder_canvas>> canvases_;
    std::unique_ptr<drawing> drawing_;
    record_sink* first_{nullptr};
};

}  // namespace chatos::dump
