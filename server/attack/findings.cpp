#include "attack/findings.hpp"

#include "base/json_text.hpp"
#include "base/text_columns.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace chatos::attack {

namespace {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return {text.data(), static_cast<std::size_t>(size)};
}

// Three digits that mean something.
std::string scaled(double value, const char* unit) {
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) + " " + unit;
}

std::string_view name_of(verdict result) {
    switch (result) {
    case verdict::as_wanted: return "as_wanted";
    case verdict::not_as_wanted: return "not_as_wanted";
    case verdict::note: return "note";
    case verdict::not_run: return "not_run";
    }
    return "";
}

std::string_view mark_of(verdict result) {
    switch (result) {
    case verdict::as_wanted: return "ok";
    case verdict::not_as_wanted: return "NOT AS WANTED";
    case verdict::note: return "";
    case verdict::not_run: return "not run";
    }
    return "";
}

std::string json_member(std::string_view key, const std::string& value) {
    return base::json_string(key) + ": " + value;
}

std::string json_of(const finding& finding) {
    return "{" + json_member("subject", base::json_string(finding.subject)) + ", " +
           json_member("wanted", base::json_string(finding.wanted)) + ", " +
           json_member("seen", base::json_string(finding.observed)) + ", " +
           json_member("verdict", base::json_string(name_of(finding.result))) + "}";
}

}  // namespace

void findings::check(std::string subject, std::string wanted, std::string observed, bool is_as_wanted) {
    all_.push_back({.subject = std::move(subject),
                    .wanted = std::move(wanted),
                    .observed = std::move(observed),
                    .result = is_as_wanted ? verdict::as_wanted : verdict::not_as_wanted});
}

void findings::check_time(std::string subject, std::string wanted, std::string observed, bool is_as_wanted) {
    check(std::move(subject), std::move(wanted), std::move(observed), is_as_wanted);
    if (!times_count_) {
        all_.back().result = verdict::note;
    }
}

void findings::note(std::string subject, std::string observed) {
    all_.push_back({.subject = std::move(subject), .observed = std::move(observed), .result = verdict::note});
}

void findings::not_run(std::string subject, std::string why) {
    all_.push_back({.subject = std::move(subject), .observed = std::move(why), .result = verdict::not_run});
}

verdict findings::result() const noexcept {
    verdict worst = verdict::as_wanted;
    for (const finding& finding : all_) {
        if (finding.result == verdict::not_as_wanted) {
            return verdict::not_as_wanted;
        }
        if (finding.result == verdict::not_run) {
            worst = verdict::not_run;
        }
    }
    return worst;
}

std::string text_of(const attack_report& report) {
    constexpr std::size_t subject_columns = 62;
    constexpr std::size_t wanted_columns = 30;
    constexpr std::size_t seen_columns = 36;
    std::string text = base::padded(report.row, 4) + report.name + " (" + fixed(report.seconds, 1) + " s): " +
                       std::string{report.result == verdict::as_wanted ? "as wanted" : mark_of(report.result)} + "\n";
    for (const finding& finding : report.all) {
        std::string line = "    " + base::padded(finding.subject, subject_columns) + " " +
                           base::padded(finding.wanted, wanted_columns) + " " +
                           base::padded(finding.observed, seen_columns) + " " + std::string{mark_of(finding.result)};
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string json_of(const std::vector<attack_report>& reports) {
    std::string text = "{\"rows\": [";
    for (std::size_t i = 0; i < reports.size(); ++i) {
        const attack_report& report = reports[i];
        text += i == 0 ? "\n  {" : ",\n  {";
        text += json_member("row", base::json_string(report.row)) + ", " +
                json_member("name", base::json_string(report.name)) + ", " +
                json_member("verdict", base::json_string(name_of(report.result))) + ", " +
                json_member("seconds", fixed(report.seconds, 1)) + ", \"findings\": [";
        for (std::size_t k = 0; k < report.all.size(); ++k) {
            text += (k == 0 ? "\n    " : ",\n    ") + json_of(report.all[k]);
        }
        text += "]}";
    }
    return text + "]}\n";
}

std::string time_text(std::chrono::nanoseconds time) {
    const auto value = static_cast<double>(time.count());
    return value < 1e6 ? scaled(value / 1e3, "us") : value < 1e9 ? scaled(value / 1e6, "ms") : scaled(value / 1e9, "s");
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? "none" : scaled(100 * static_cast<double>(part) / static_cast<double>(whole), "%");
}

std::string bytes_text(double bytes) {
    constexpr double kib = 1'024;
    return bytes < kib * kib ? scaled(bytes / kib, "KiB") : scaled(bytes / kib / kib, "MiB");
}

std::string count_text(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) {
        text.insert(at - 3, 1, ',');
    }
    return text;
}

std::string real_text(double value) {
    return fixed(value, 2);
}

}  // namespace chatos::attack
