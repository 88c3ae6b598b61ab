#include "dump/output/input_progress.hpp"

#include "base/system/terminal_colors.hpp"
#include "dump/output/terminal.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace chatos::dump {

namespace {

progress_bar::clock_time now() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

/// The size of all files together, or nothing when one of them has none.
std::optional<std::uint64_t> total_bytes_of(const std::vector<std::string>& files) {
    std::uint64_t total = 0;
    const std::vector<std::string> inputs = files.empty() ? std::vector<std::string>{"-"} : files;
    for (const std::string& path : inputs) {
        struct stat facts {};
        const int failed = path == "-" ? ::fstat(STDIN_FILENO, &facts) : ::stat(path.c_str(), &facts);
        if (failed != 0 || !S_ISREG(facts.st_mode)) {
            return std::nullopt;
        }
        total += static_cast<std::uint64_t>(facts.st_size);
    }
    return total;
}

}  // namespace

input_progress::input_progress(progress_mode wish, const std::vector<std::string>& files, output& out)
    : out_{out}, terminal_{STDERR_FILENO} {
    const bool is_wanted =
        wish == progress_mode::always || (wish == progress_mode::automatic && base::can_draw(STDERR_FILENO));
    const std::optional<std::uint64_t> total = is_wanted ? total_bytes_of(files) : std::nullopt;
    if (!total) {
        return;
    }
    progress_bar::shape shape{.total_bytes = *total, .columns = terminal_columns(STDERR_FILENO)};
    if (wish == progress_mode::always) {
        shape.quiet = {};
    }
    bar_.emplace(terminal_, shape, now());
    shares_terminal_ = ::isatty(STDOUT_FILENO) == 1;
    if (shares_terminal_) {
        out_.before_writing([this] { clear(); });
    }
}

input_progress::~input_progress() {
    clear();
    out_.before_writing({});
}

void input_progress::advance(std::size_t bytes) {
    if (bar_) {
        // A line that is not whole yet would be drawn over.
        bar_->advance(bytes, now(), !shares_terminal_ || out_.has_written_whole_lines());
    }
}

void input_progress::clear() {
    if (bar_) {
        bar_->clear();
    }
}

}  // namespace chatos::dump
