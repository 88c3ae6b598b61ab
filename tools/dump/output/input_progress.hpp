// Shows the progress of reading long files.
#pragma once

#include "dump/output/output.hpp"
#include "dump/output/progress_bar.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chatos::dump {

enum class progress_mode : std::uint8_t { automatic, always, never };

/// Shows a bar on stderr if that is a terminal (or if always wanted) and every input is a regular file. Output of `out`
/// to the same terminal stays on separate lines.
class input_progress {
public:
    /// `out` must outlive the progress, which must outlive the last write of `out`.
    input_progress(progress_mode wish, const std::vector<std::string>& files, output& out);
    input_progress(const input_progress&) = delete;
    input_progress& operator=(const input_progress&) = delete;
    ~input_progress();

    /// So many more bytes of an input have been read.
    void advance(std::size_t bytes);
    /// Before something else is written to stderr.
    void clear();

private:
    output& out_;
    output terminal_;
    std::optional<progress_bar> bar_;
    bool shares_terminal_{false};  // with out_
};

}  // namespace chatos::dump
