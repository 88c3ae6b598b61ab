#include "dump/check/check_command.hpp"

#include "base/colors.hpp"
#include "dump/check/check_report.hpp"
#include "dump/check/check_sink.hpp"
#include "dump/text/text_format.hpp"
#include "dump/watch/live_watch.hpp"

#include <fstream>
#include <optional>
#include <utility>

namespace chatos::dump {

namespace {

conformance::judge_settings settings_of(const check_options& options) {
    conformance::judge_settings settings;
    settings.judges_server = options.role != "client";
    settings.judges_clients = options.role != "server";
    settings.has_all_clients = options.has_all_clients;
    settings.reorder_window = std::chrono::milliseconds{options.reorder_window_ms.value_or(reorder_window_default_ms)};
    if (!options.response_limit_ms) {
        settings.local_response_limit = std::chrono::milliseconds{response_limit_default_ms};
    } else if (*options.response_limit_ms != 0) {
        settings.response_limit = std::chrono::milliseconds{*options.response_limit_ms};
    }
    if (options.answer_timeout_ms) {
        settings.answer_timeout = std::chrono::milliseconds{*options.answer_timeout_ms};
    }
    if (options.pc_timeout_ms) {
        settings.pc_timeout = std::chrono::milliseconds{*options.pc_timeout_ms};
    }
    return settings;
}

class running_check final : public checking {
public:
    running_check(const check_options& options, bool as_json, bool judges_early, const base::colors& colors,
                  record_sink& shown, output& out)
        : sink_{as_json ? check_form::json : check_form::text,
                settings_of(options),
                !options.reorder_window_ms,
                shown,
                out,
                colors},
          out_{out}, goes_to_output_{options.junit == "-"} {
        if (judges_early || !options.keep_folder.empty()) {
            watch_.emplace(watch_options{.keep_folder = options.keep_folder,
                                         .metrics = options.metrics,
                                         .version = options.version,
                                         .judges_early = judges_early,
                                         .has_all_clients = options.has_all_clients},
                           sink_);
        }
        if (!options.junit.empty() && !goes_to_output_) {
            file_.open(options.junit, std::ios::binary | std::ios::trunc);
            is_wanted_ = true;
        }
    }

    [[nodiscard]] bool is_open() const { return !is_wanted_ || file_.is_open(); }
    [[nodiscard]] std::string problem() const override { return watch_ ? watch_->problem() : std::string{}; }
    [[nodiscard]] std::string announcement() const override { return watch_ ? watch_->announcement() : std::string{}; }
    [[nodiscard]] std::string kept_text() const override { return watch_ ? watch_->kept_text() : std::string{}; }
    [[nodiscard]] frame_listener* listener() override { return watch_ ? &*watch_ : nullptr; }
    [[nodiscard]] record_sink& sink() override { return watch_ ? static_cast<record_sink&>(*watch_) : sink_; }
    [[nodiscard]] bool has_violations() const override { return sink_.has_violations(); }
    void input_ended(const input_outcome& outcome) override { report_.add(outcome); }
    [[nodiscard]] bool write_report() override {
        if (goes_to_output_) {
            out_.add(report_.junit(sink_));
            out_.flush();
            return true;
        }
        if (!is_wanted_) {
            return true;
        }
        file_ << report_.junit(sink_) << std::flush;
        return file_.good();
    }

private:
    check_report report_;
    check_sink sink_;
    std::optional<live_watch> watch_;
    output& out_;
    std::ofstream file_;
    bool goes_to_output_{false};
    bool is_wanted_{false};
};

}  // namespace

std::unique_ptr<checking> make_checking(const check_options& options, bool as_json, bool judges_early,
                                        const base::colors& colors, record_sink& shown, output& out) {
    auto check = std::make_unique<running_check>(options, as_json, judges_early, colors, shown, out);
    return check->is_open() ? std::move(check) : nullptr;
}

std::string cannot_open(const std::string& path) {
    return "--junit " + shown_path(path) +
           " cannot be opened for writing: give the name of a file in a folder that exists";
}

}  // namespace chatos::dump
