// The sinks that the command line asks for: filters first, then printers.
#pragma once

#include "base/colors.hpp"
#include "dump/filter/filter.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/frame_listener.hpp"
#include "dump/text/time_text.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chatos::dump {

enum class output_format : std::uint8_t { lines, tree, json, csv, ladder, none };

struct output_options {
    output_format kind{output_format::lines};
    bool wants_stats{false};  ///< instead of packets
    time_format time{time_format::relative};
    base::colors colors{};
    bool names_streams{false};  ///< several files
    std::size_t columns{100};   ///< of the terminal
    std::optional<std::uint32_t> followed{};
    std::optional<filter> accepted{};
    std::string svg_path{};  ///< empty: no drawing
    std::string
        kept_path{};  ///< of the capture with the selected frames; empty: none, "-": the output, which has no other
};

/// Owns the sinks, each of which passes records to the next.
class sink_chain {
public:
    /// Prints to `out`, which must outlive the chain. Creates the other files at once, see problem().
    sink_chain(const output_options& options, output& out);
    sink_chain(const sink_chain&) = delete;
    sink_chain& operator=(const sink_chain&) = delete;
    ~sink_chain();

    /// The sink for all records.
    [[nodiscard]] record_sink& first() const noexcept { return *first_; }
    /// What wants to know of each frame; null if nothing does.
    [[nodiscard]] frame_listener* listener() const noexcept;
    /// Writes the rest of the other files. Call it after the summary, before problem().
    void finish();
    /// The error of writing another file, safe to print; empty if there is none.
    [[nodiscard]] std::string problem() const;

private:
    struct drawing;
    struct kept_capture;

    void make_printer(const output_options& options, output& out);
    template <typename Sink, typename... Arguments>
    void put_before(Arguments&&... arguments);

    std::vector<std::unique_ptr<record_sink>> sinks_;
    std::vector<std::unique_ptr<class ladder_canvas>> canvases_;
    std::unique_ptr<drawing> drawing_;
    std::unique_ptr<kept_capture> kept_;
    record_sink* first_{nullptr};
};

}  // namespace chatos::dump
