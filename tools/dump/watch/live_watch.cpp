#include "dump/watch/live_watch.hpp"

#include "base/endpoint.hpp"
#include "base/word_list.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

namespace chatos::dump {

using conformance::rule_verdict;

namespace {

/// What such a rule says depends on users whom the stream never names.
bool concerns_all_users(std::string_view rule) noexcept {
    return rule.starts_with("ALL-") || rule == "CONN-4" || rule == "CONN-9" || rule == "ERR-3";
}

}  // namespace

live_watch::live_watch(const watch_options& options, check_sink& judged) : options_{options}, judged_{judged} {
    judged_.watch({.listener = this,
                   .incomplete = &incomplete_,
                   .now = options_.judges_early ? options_.now : std::function<early_judge::time_point()>{}});
    for (const rule_verdict& verdict : judged_.verdicts()) {
        figures_.rules.push_back({.rule = verdict.rule});
    }
    published_.publish(figures_);
    if (!options_.keep_folder.empty()) {
        store_.emplace();
        files_.emplace(options_.keep_folder, options_.bounds);
    }
    if (!options_.metrics.empty()) {
        serve(options_.metrics);
    }
}

void live_watch::serve(const std::string& address) {
    responder_ = std::make_unique<base::http_responder>(
        [this](std::string_view head) { return published_.answer(head, options_.version); });
    std::string fault;
    try {
        const base::http_responder::listen_outcome outcome =
            responder_->listen(base::parse_listen_endpoint(address).value);
        fault = outcome.fault;
        for (const std::string& bound : outcome.bound) {
            announcement_ += (announcement_.empty() ? "metrics on " : ", ") + bound;
        }
    } catch (const std::system_error& error) {
        fault = error.what();
    }
    if (!fault.empty()) {
        problem_ = "cannot serve metrics on " + address + ": " + fault + "; choose another address";
    }
}

std::string live_watch::problem() const {
    return problem_.empty() && files_ ? files_->problem() : problem_;
}

std::string live_watch::kept_text() const {
    if (!files_) {
        return {};
    }
    const violation_files::account& account = files_->counts();
    if (account.kept + account.passed_over == 0) {
        return {};
    }
    std::string text =
        base::counted(account.kept, "capture") + " of violations kept in " + shown_path(options_.keep_folder);
    if (account.removed != 0) {
        text += "; " + base::counted(account.removed, "older file") + " removed to make room";
    }
    if (account.passed_over != 0) {
        text += "; " + base::counted(account.passed_over, "violation") +
                " without a file: like others that have one, or their frames were gone";
    }
    return text;
}

void live_watch::take(const any_record& record) {
    if (const auto* const packet = std::get_if<packet_record>(&record)) {
        if (store_ && !packet->packet.pseudo.empty()) {
            store_->note_pseudo(packet->at.stream, packet->packet.pseudo);
        }
    } else if (const auto* const closed = std::get_if<direction_closed>(&record)) {
        note_end(closed->at);
    }
    judged_.take(record);
}

void live_watch::note_end(const stream_position& at) {
    incomplete_.change(at.stream, at.direction, true);
    if (half_closed_.insert(at.stream).second) {
        return;
    }
    half_closed_.erase(at.stream);
    ++streams_over_;
    if (store_) {
        store_->note_end(at.stream);
    }
}

void live_watch::frame_read(std::uint64_t number, const captured_frame& frame) {
    if (number == 1) {
        incomplete_.clear();
    }
    if (store_) {
        store_->read(number, frame);
    }
}

void live_watch::segment_taken(const stream_position& at, bool /*is_waiting*/) {
    figures_.last_frame = at.capture->mark.time;
    if (store_) {
        store_->assign(at.capture->mark.frame, at.stream);
    }
}

void live_watch::segment_held() {
    if (store_) {
        store_->let_wait();
    }
}

void live_watch::fragments_joined(std::span<const std::uint64_t> numbers) {
    if (store_) {
        store_->join(numbers);
    }
}

void live_watch::frame_done(bool is_held) {
    if (is_held && store_) {
        store_->let_wait();
    }
}

void live_watch::violation_found(const located_violation& located) {
    const conformance::violation& violation = located.violation;
    ++violations_[violation.rule];
    if (!files_) {
        return;
    }
    std::vector<const stored_frame*> frames;
    if (files_->is_wanted(violation)) {
        frames = store_->frames_about(violation.stream, options_.has_all_clients || concerns_all_users(violation.rule));
    }
    if (frames.empty()) {
        files_->pass_over();
    } else {
        files_->keep(located, frames);
    }
}

void live_watch::looked(const std::vector<rule_verdict>& settled, const std::vector<rule_verdict>& early,
                        const totals* account) {
    for (std::size_t index = 0; index < settled.size(); ++index) {
        const rule_verdict& verdict = settled[index];
        watch_figures::rule_counts& shown = figures_.rules[index];
        const counts before = of_earlier_captures_[verdict.rule];
        const std::size_t passed = std::max(verdict.passed, early.empty() ? 0 : early[index].passed);
        shown.passed = std::max(shown.passed, before.passed + passed);
        shown.violations = violations_[verdict.rule];
        shown.unknowable = std::max(shown.unknowable, before.unknowable + verdict.inconclusive);
    }
    if (account != nullptr) {
        figures_.account = *account;
        figures_.account.capture = nullptr;
        figures_.capture = account->capture != nullptr ? *account->capture : capture_totals{};
        figures_.streams_open = account->streams - std::min(account->streams, streams_over_);
    }
    if (files_) {
        figures_.files = files_->counts();
    }
    published_.publish(figures_);
}

void live_watch::capture_judged(const std::vector<rule_verdict>& verdicts) {
    for (const rule_verdict& verdict : verdicts) {
        counts& sum = of_earlier_captures_[verdict.rule];
        sum.passed += verdict.passed;
        sum.unknowable += verdict.inconclusive;
    }
}

}  // namespace chatos::dump
