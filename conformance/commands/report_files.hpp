// The reports of a run that go into files, or to standard output. Tried before anything runs: one that cannot be
// written would be found out too late. Written beside and renamed: whatever ends the run, a report is whole, or the one
// before.
#pragma once

#include "base/system/replaced_file.hpp"
#include "commands/commands.hpp"
#include "report/run_facts.hpp"

#include <optional>
#include <string>
#include <vector>

namespace chatos::conformance {

class report_files {
public:
    /// Complains and returns false when a file cannot be opened or two reports want standard output.
    [[nodiscard]] bool open(const report_outputs& outputs);
    /// Complains and returns false when something could not be written.
    [[nodiscard]] bool write(const suite_report& report, const run_facts& facts);
    /// True when one of them goes to standard output.
    [[nodiscard]] bool use_standard_output() const noexcept { return standard_output_; }

private:
    using writer = void (*)(std::ostream&, const suite_report&, const run_facts&);
    struct file {
        std::string flag;  ///< for messages: "--json report.json"
        writer how;
        std::optional<base::replaced_file> place;  ///< nothing: standard output
    };

    [[nodiscard]] bool add(const std::string& flag, const std::string& path, writer how);

    [[nodiscard]] static bool write_captures(const suite_report& report, const run_facts& facts);

    std::vector<file> files_;
    bool standard_output_{false};
};

}  // namespace chatos::conformance
