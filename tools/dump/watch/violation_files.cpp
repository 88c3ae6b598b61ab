#include "dump/watch/violation_files.hpp"

#include "base/system/descriptor.hpp"
#include "dump/output/pcapng_writer.hpp"
#include "dump/text/text_format.hpp"
#include "dump/text/time_text.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace chatos::dump {

namespace {

constexpr std::string_view name_start = "chatos-";
constexpr std::string_view name_end = ".pcapng";
constexpr std::string_view stream_mark = "-stream-";
constexpr std::string_view time_form = "20260101T000000Z-";
/// What people say is in the files.
constexpr int private_mode = 0600;
constexpr std::size_t rules_and_streams_max = 65'536;

/// "20260101T120000Z-", or nothing for a frame without a time, or of a year that has not four digits.
std::string compact_time(std::int64_t time_ns) {
    if (time_ns == 0) {
        return {};
    }
    output text;
    add_calendar(text, {.seconds = time_ns / 1'000'000'000, .nanoseconds = 0, .digits = 1});
    std::string time = text.text();
    std::erase_if(time, [](char letter) { return letter == '-' || letter == ':'; });
    return time.substr(0, time.find('.')) + "Z-";
}

std::string name_of_file(const conformance::violation& violation) {
    return std::string{name_start} + compact_time(violation.time_ns) + std::string{violation.rule} +
           std::string{stream_mark} + std::to_string(violation.stream) + "-frame-" + std::to_string(violation.frame) +
           std::string{name_end};
}

/// The rule in the name of a file of ours; empty for other files.
std::string rule_in_name(std::string_view name) {
    if (!name.starts_with(name_start) || !name.ends_with(name_end)) {
        return {};
    }
    name.remove_prefix(name_start.size());
    const std::size_t end = name.find(stream_mark);
    if (end == std::string_view::npos) {
        return {};
    }
    name = name.substr(0, end);
    if (name.size() > time_form.size() && name[time_form.size() - 1] == '-' && name[time_form.size() - 2] == 'Z') {
        name.remove_prefix(time_form.size());
    }
    return conformance::find_rule(name) != nullptr ? std::string{name} : std::string{};
}

}  // namespace

std::string violation_comment(const located_violation& located) {
    const conformance::violation& violation = located.violation;
    const conformance::rule* const rule = conformance::find_rule(violation.rule);
    return "VIOLATION  " + std::string{violation.rule} + " (" +
           std::string{rule == nullptr ? std::string_view{} : level_name(rule->level)} + ") by the " +
           (violation.violator == conformance::side::client ? "client" : "server") + ": expected " +
           violation.expected + "; came " + violation.actual + "  [stream " + std::to_string(violation.stream) +
           ", frame " + std::to_string(violation.frame) + " of the capture]";
}

violation_files::violation_files(std::string folder, const kept_file_bounds& bounds)
    : folder_{std::move(folder)}, bounds_{bounds} {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (!std::filesystem::is_directory(folder_, error)) {
        fail({}, error.value() != 0 ? error.value() : ENOTDIR);
    } else if (::access(folder_.c_str(), W_OK | X_OK) != 0) {
        fail({}, errno);
    } else {
        find_files();
    }
}

void violation_files::find_files() {
    std::error_code error;
    std::filesystem::directory_iterator entries{folder_, error};
    for (; !error && entries != std::filesystem::directory_iterator{}; entries.increment(error)) {
        const std::string name = entries->path().filename().string();
        std::error_code gone;
        if (std::string rule = rule_in_name(name); !rule.empty() && entries->is_regular_file(gone)) {
            const std::uintmax_t size = entries->file_size(gone);
            files_.push_back({name, std::move(rule), gone ? 0 : size});
            bytes_ += files_.back().bytes;
        }
    }
    std::ranges::sort(files_, {}, &kept_file::name);
}

bool violation_files::is_wanted(const conformance::violation& violation) const {
    const auto kept = kept_of_stream_.find({violation.rule, violation.stream});
    return kept == kept_of_stream_.end() || kept->second < bounds_.files_of_stream_max;
}

void violation_files::fail(const std::string& name, int error) {
    ++account_.failed;
    if (problem_.empty()) {
        problem_ = "--keep: cannot write " + shown_path(name.empty() ? folder_ : folder_ + "/" + name) + ": " +
                   std::strerror(error);
    }
}

void violation_files::remove(std::deque<kept_file>::iterator oldest) {
    std::error_code ignored;
    std::filesystem::remove(folder_ + "/" + oldest->name, ignored);
    bytes_ -= oldest->bytes;
    files_.erase(oldest);
    ++account_.removed;
}

/// For one more file, which has been written.
void violation_files::make_room(std::string_view rule) {
    const auto count = std::ranges::count(files_, rule, &kept_file::rule);
    if (static_cast<std::size_t>(count) > bounds_.files_of_rule_max) {
        remove(std::ranges::find(files_, rule, &kept_file::rule));
    }
    while (files_.size() > 1 && (files_.size() > bounds_.files_max || bytes_ > bounds_.bytes_max)) {
        remove(files_.begin());
    }
}

void violation_files::keep(const located_violation& located, const std::vector<const stored_frame*>& frames) {
    const conformance::violation& violation = located.violation;
    const std::string name = name_of_file(violation);
    const std::string path = folder_ + "/" + name;
    const std::string unfinished = path + ".part";
    const base::descriptor file{::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, private_mode)};
    if (!file.is_open()) {
        fail(name, errno);
        return;
    }
    output content{file.get()};
    pcapng_writer writer{content};
    std::uint64_t bytes = 0;
    for (const stored_frame* each : frames) {
        captured_frame frame = each->frame;
        frame.bytes = each->bytes;
        writer.add(frame, each->number == violation.frame ? violation_comment(located) : std::string{});
    }
    writer.flush();
    std::error_code gone;
    bytes = std::filesystem::file_size(unfinished, gone);
    if (content.error() != 0 || ::rename(unfinished.c_str(), path.c_str()) != 0) {
        fail(name, content.error() != 0 ? content.error() : errno);
        std::filesystem::remove(unfinished, gone);
        return;
    }
    if (kept_of_stream_.size() == rules_and_streams_max) {
        kept_of_stream_.clear();
    }
    ++kept_of_stream_[{violation.rule, violation.stream}];
    ++account_.kept;
    if (const auto same = std::ranges::find(files_, name, &kept_file::name); same != files_.end()) {
        bytes_ -= same->bytes;
        files_.erase(same);
    }
    files_.push_back({name, std::string{violation.rule}, bytes});
    bytes_ += bytes;
    make_room(violation.rule);
}

}  // namespace chatos::dump
