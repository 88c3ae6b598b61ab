#include "dump/output/sink_chain.hpp"

#include "base/system/descriptor.hpp"
#include "dump/csv/csv_sink.hpp"
#include "dump/filter/filter_sink.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/ladder/ladder_sink.hpp"
#include "dump/ladder/ladder_svg.hpp"
#include "dump/ladder/ladder_text.hpp"
#include "dump/output/frame_selection.hpp"
#include "dump/output/pcapng_writer.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/stats/stats_sink.hpp"
#include "dump/text/text_format.hpp"
#include "dump/text/text_sink.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace chatos::dump {

namespace {

/// A file beside the output.
class other_file {
public:
    explicit other_file(std::string path)
        : path_{std::move(path)}, descriptor_{::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)},
          open_error_{descriptor_.is_open() ? 0 : errno} {}

    [[nodiscard]] output& content() noexcept { return content_; }
    /// Empty if there is none.
    [[nodiscard]] std::string problem(std::string_view name) const {
        const int error = open_error_ != 0 ? open_error_ : content_.error();
        return error == 0
                   ? std::string{}
                   : "cannot write the " + std::string{name} + " to " + shown_path(path_) + ": " + std::strerror(error);
    }

private:
    std::string path_;
    base::descriptor descriptor_;
    int open_error_;
    output content_{descriptor_.get()};
};

}  // namespace

/// The file of -w, and what writes into it.
struct sink_chain::kept_capture {
    kept_capture(const output_options& options, output& out)
        : file{options.kept_path == "-" ? std::nullopt : std::optional<other_file>{std::in_place, options.kept_path}},
          writer{file ? file->content() : out}, selection{writer,
                                                          {.has_whole_streams = !options.accepted,
                                                           .followed = options.followed}} {}

    std::optional<other_file> file;
    pcapng_writer writer;
    frame_selection selection;
};

/// The file of --ladder-svg, and what draws into it.
struct sink_chain::drawing {
    explicit drawing(std::string path) : target{std::move(path)} {}

    other_file target;
    output& file{target.content()};
    ladder_svg canvas{file};
    ladder_sink sink{{.rows_max = ladder_svg::rows_max, .lifelines_max = ladder_svg::lifelines_max, .is_paged = false},
                     canvas,
                     nullptr};
};

template <typename Sink, typename... Arguments>
void sink_chain::put_before(Arguments&&... arguments) {
    sinks_.push_back(std::make_unique<Sink>(std::forward<Arguments>(arguments)..., *first_));
    first_ = sinks_.back().get();
}

sink_chain::sink_chain(const output_options& options, output& out) {
    if (!options.kept_path.empty()) {
        kept_ = std::make_unique<kept_capture>(options, out);
    }
    make_printer(options, out);
    if (kept_ && options.kind != output_format::none) {
        put_before<tee_sink>(kept_->selection);
    }
    if (!options.svg_path.empty()) {
        drawing_ = std::make_unique<drawing>(options.svg_path);
        put_before<tee_sink>(drawing_->sink);
    }
    if (options.followed) {
        put_before<one_stream_sink>(*options.followed);
    }
    if (options.accepted) {
        put_before<filter_sink>(*options.accepted);
    }
}

sink_chain::~sink_chain() = default;

void sink_chain::make_printer(const output_options& options, output& out) {
    if (options.kind == output_format::none) {
        first_ = &kept_->selection;
        return;
    }
    if (options.kind == output_format::csv) {
        sinks_.push_back(std::make_unique<csv_sink>(out));
    } else if (options.kind == output_format::json) {
        sinks_.push_back(std::make_unique<json_sink>(out));
    } else {
        const text_detail detail = options.kind == output_format::tree ? text_detail::tree : text_detail::lines;
        sinks_.push_back(std::make_unique<text_sink>(out, options.colors, detail, options.names_streams, options.time));
    }
    first_ = sinks_.back().get();
    if (options.wants_stats) {
        put_before<stats_sink>(out, options.kind == output_format::json ? stats_format::json : stats_format::text);
    } else if (options.kind == output_format::ladder) {
        canvases_.push_back(std::make_unique<ladder_text>(out, options.colors, options.columns, options.time));
        sinks_.push_back(std::make_unique<ladder_sink>(ladder_bounds{}, *canvases_.back(), first_));
        first_ = sinks_.back().get();
    }
}

void sink_chain::finish() {
    if (drawing_) {
        drawing_->file.flush();
    }
    if (kept_) {
        kept_->writer.flush();
    }
}

frame_listener* sink_chain::listener() const noexcept {
    return kept_ ? &kept_->selection : nullptr;
}

std::string sink_chain::problem() const {
    const std::string problem = drawing_ ? drawing_->target.problem("drawing") : std::string{};
    return problem.empty() && kept_ && kept_->file ? kept_->file->problem("capture") : problem;
}

}  // namespace chatos::dump
