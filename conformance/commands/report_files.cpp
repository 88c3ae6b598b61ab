#include "commands/report_files.hpp"

#include "base/shown_text.hpp"
#include "report/capture.hpp"
#include "report/html_report.hpp"
#include "report/json_report.hpp"
#include "report/junit_report.hpp"
#include "report/tap_report.hpp"
#include "report/written_profile.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <utility>

namespace chatos::conformance {
namespace {

void write_profile(std::ostream& out, const suite_report& report, const run_facts& facts) {
    out << profile_with_known_failures(facts.profile_text, facts.known_failures, report);
}

}  // namespace

bool report_files::open(const report_outputs& outputs) {
    if (!outputs.pcap_folder.empty()) {
        std::error_code error;
        std::filesystem::create_directories(outputs.pcap_folder, error);
        if (!std::filesystem::is_directory(outputs.pcap_folder, error)) {
            print_error("--pcap " + base::printable(outputs.pcap_folder) +
                        ": the folder cannot be made; expected the name of a folder, existing or new");
            return false;
        }
    }
    return add("--json", outputs.json_path, write_json_report) &&
           add("--junit", outputs.junit_path, write_junit_report) &&
           add("--html", outputs.html_path, write_html_report) &&
           add("--tap", outputs.tap ? "-" : "", write_tap_report) &&
           add("--write-profile", outputs.profile_path, write_profile);
}

bool report_files::write_captures(const suite_report& report, const run_facts& facts) {
    for (const scenario_report& result : report.scenarios) {
        const std::string path = capture_path(result, facts);
        if (path.empty()) {
            continue;
        }
        std::ofstream stream{path, std::ios::binary | std::ios::trunc};
        stream << capture_of(result);
        stream.close();
        if (!stream) {
            print_error("--pcap " + base::printable(path) + ": the capture could not be written; is the disk full?");
            return false;
        }
    }
    return true;
}

bool report_files::add(const std::string& flag, const std::string& path, writer how) {
    if (path.empty()) {
        return true;
    }
    file output{flag + (flag == "--tap" ? "" : ' ' + base::printable(path)), how, std::nullopt};
    if (path == "-") {
        if (std::exchange(standard_output_, true)) {
            print_error(output.flag +
                        ": another report goes to standard output already; write one of them into a file");
            return false;
        }
    } else if (!output.place.emplace(path).fault().empty()) {
        print_error(output.flag + ": the file " + output.place->fault());
        return false;
    }
    files_.push_back(std::move(output));
    return true;
}

bool report_files::write(const suite_report& report, const run_facts& facts) {
    bool written = write_captures(report, facts);
    for (file& output : files_) {
        const auto content = [&](std::ostream& out) { output.how(out, report, facts); };
        bool is_written = false;
        if (output.place) {
            is_written = output.place->write(content);
        } else {
            content(std::cout);
            is_written = static_cast<bool>(std::cout.flush());
        }
        if (!is_written) {
            print_error(output.flag + ": the report could not be written; is the disk full?");
            written = false;
        }
    }
    return written;
}

}  // namespace chatos::conformance
