#include "dump/output/sink_chain.hpp"

#include "dump/filter/filter_sink.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/ladder/ladder_sink.hpp"
#include "dump/ladder/ladder_svg.hpp"
#include "dump/ladder/ladder_text.hpp"
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

/// The file of --ladder-svg, and what draws into it.
struct sink_chain::drawing {
    explicit drawing(std::string where)
        : path{std::move(where)}, descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)},
          open_error{descriptor < 0 ? errno : 0} {}
    drawing(const drawing&) = delete;
    drawing& operator=(const drawing&) = delete;
    ~drawing() {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
    }

    std::string path;
    int descriptor;
    int open_error;
    output file{descriptor};
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
    make_printer(options, out);
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
    if (options.kind == output_format::json) {
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
}

std::string sink_chain::problem() const {
    const int error = !drawing_ ? 0 : drawing_->open_error != 0 ? drawing_->open_error : drawing_->file.error();
    return error == 0 ? std::string{}
                      : "cannot write the drawing to " + shown_path(drawing_->path) + ": " + std::strerror(error);
}

}  // namespace chatos::dump
