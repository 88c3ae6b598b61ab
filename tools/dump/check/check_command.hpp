// chatos-dump --check: what the command line says of it, and the report file.
#pragma once

#include "base/colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace chatos::dump {

/// The clocks of two taps in one network differ by some milliseconds, and so much may frames of merged captures change
/// places; what people do one after the other is farther apart.
inline constexpr std::uint32_t reorder_window_default_ms = 10;

/// On one machine nothing but the server takes so long.
inline constexpr std::uint32_t response_limit_default_ms = 300;

/// What all streams may hold while they are judged: the judge needs memory as well.
inline constexpr std::size_t check_stream_bytes_max = 4U << 20U;

struct check_options {
    bool is_wanted{false};
    std::string junit;        ///< empty: none
    std::string metrics;      ///< where to serve them; empty: nowhere
    std::string keep_folder;  ///< of captures of violations; empty: none are kept
    std::string version;      ///< of the program, in the metrics
    std::string role{"both"};
    bool has_all_clients{false};
    /// Without it the default applies, but not to loopback traffic that nothing shows to be out of order: one kernel
    /// has taken it at one point.
    std::optional<std::uint32_t> reorder_window_ms;
    /// 0: there is none. Without it the default applies to loopback traffic in order.
    std::optional<std::uint32_t> response_limit_ms;
    std::optional<std::uint32_t> answer_timeout_ms;
    std::optional<std::uint32_t> pc_timeout_ms;
};

/// A check that is going on.
class checking {
public:
    virtual ~checking() = default;
    /// What keeps it from beginning, safe to print; empty: nothing does.
    [[nodiscard]] virtual std::string problem() const = 0;
    /// What to say before it begins, in one line; empty: nothing.
    [[nodiscard]] virtual std::string announcement() const = 0;
    /// Gets the records of the captures.
    [[nodiscard]] virtual record_sink& sink() = 0;
    /// Must be told of each frame; null: it does not need to.
    [[nodiscard]] virtual frame_listener* listener() = 0;
    /// An input has ended, or could not be opened; or what is not an input has failed. Before write_report().
    virtual void input_ended(const input_outcome& outcome) = 0;
    [[nodiscard]] virtual bool has_violations() const = 0;
    /// What became of the captures of violations, in one line, safe to print; empty: nothing.
    [[nodiscard]] virtual std::string kept_text() const = 0;
    /// After the summary; false when the report file cannot be written.
    [[nodiscard]] virtual bool write_report() = 0;
};

/// Opens the report file before anything is read, so that a wrong name costs nobody an hour; null when it cannot be
/// opened. With `as_json` `shown` gets all records, else the summary alone. With `judges_early` verdicts do not wait
/// for the end of the capture. `shown` and `out` must outlive the check.
[[nodiscard]] std::unique_ptr<checking> make_checking(const check_options& options, bool as_json, bool judges_early,
                                                      const base::colors& colors, record_sink& shown, output& out);

/// The complaint about a report file that cannot be opened.
[[nodiscard]] std::string cannot_open(const std::string& path);

}  // namespace chatos::dump
