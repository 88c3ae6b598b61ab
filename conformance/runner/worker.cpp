#include "runner/worker.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

constexpr int login_attempts_max = 10;

/// True when the server refused a login within a short login timeout that the scenario needs. On a busy machine that
/// timeout may pass before the CR arrives; a server that refuses logins refuses them again.
bool may_have_logged_in_late(const scenario_report& report) {
    const auto& failure = report.outcome.failure;
    return failure && failure->rule == "CONN-1" && !failure->by_silence && !failure->no_connection &&
           report.scenario->needs.contains("login_timeout_ms");
}

bool is_good(verdict judged) noexcept {
    return judged == verdict::pass || judged == verdict::warn;
}

/// The flags that run a scenario in this variant alone.
std::string arguments_of(const variant_result& run) {
    std::string text;
    if (run.segment != segmentation::whole) {
        text += "--segment " + std::string{segmentation_name(run.segment)};
    }
    if (!run.order.empty()) {
        text += (text.empty() ? "" : " ") + std::string{"--schedule "} + run.order;
    }
    return text;
}

}  // namespace

std::optional<std::string> suite_findings::gone() const {
    const std::scoped_lock lock{mutex_};
    return gone_;
}

void suite_findings::lose(const std::string& why, std::vector<std::string> output) {
    const std::scoped_lock lock{mutex_};
    if (!gone_) {
        gone_ = why;
        gone_output_ = std::move(output);
    }
}

void suite_findings::remember_choice(const std::string& rule_id, const std::string& choice) {
    const std::scoped_lock lock{mutex_};
    choices_[rule_id].insert(choice);
}

bool suite_findings::has_room_for_traffic(std::size_t bytes) {
    constexpr std::size_t bytes_max = std::size_t{8} << 20U;
    const std::scoped_lock lock{mutex_};
    if (bytes > bytes_max - traffic_bytes_) {
        return false;
    }
    traffic_bytes_ += bytes;
    return true;
}

void suite_findings::note(const std::string& text) {
    const std::scoped_lock lock{mutex_};
    if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) {
        notes_.push_back(text);
    }
}

void suite_findings::move_to(suite_report& report) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [rule_id, alternatives] : choices_) {
        std::string& text = report.choices[rule_id];
        for (const std::string& choice : alternatives) {
            text += (text.empty() ? "" : ", ") + choice;
        }
    }
    report.notes.insert(report.notes.end(), notes_.begin(), notes_.end());
    report.gone = std::move(gone_);
    report.gone_output = std::move(gone_output_);
}

void worker::run(scenario_report& report) {
    blame_late_death();
    if (!make_ready(report)) {
        report.evidence.obstacles.gone = findings_.gone().value_or("");
        judge_again(report, options_);
        return;
    }
    const std::optional<std::size_t> start = under_test_.starts();
    report.place = {&under_test_, start, scenarios_++, std::exchange(last_start_, start) == start};
    forget_traffic();
    const std::vector<run_variant> variants = variants_of(report);
    last_run_ = &report;
    run_once(report, variants.front());
    report.ran = true;
    report.variants.push_back({variants.front().segment, "", report.verdict, report.outcome.order_given_up});
    report.variants.back().order =
        variants.front().order ? schedule_text(*variants.front().order, *report.scenario) : "";
    report.variant_arguments = arguments_of(report.variants.back());
    run_other_variants(report, variants);
    report.observed = observe(report.outcome.traffic, *report.scenario, report.verdict != verdict::pass);
}

void worker::finish() {
    blame_late_death();
    forget_traffic();
}

/// The first is the one that the others are compared with.
std::vector<run_variant> worker::variants_of(scenario_report& report) const {
    std::vector<run_variant> variants;
    for (const segmentation segment : options_.segments) {
        variants.push_back({segment, std::nullopt});
    }
    if (options_.only_order && options_.only_order->first == report.scenario) {
        variants.front().order = options_.only_order->second;
    }
    if (options_.interleave != 0) {
        const open_orders orders = orders_of(*report.scenario, options_.interleave);
        report.orders = {orders.total, orders.total_is_bound, 0, 0};
        for (const schedule& order : orders.selected) {
            variants.push_back({options_.segments.front(), order});
        }
    }
    return variants;
}

bool worker::make_ready(scenario_report& report) {
    if (const auto error = under_test_.make_ready(report.scenario->needs)) {
        findings_.lose(*error, under_test_.last_output());
        return false;
    }
    // Between the look at the last one's death and that of make_ready() it may have ended, too.
    if (const auto death = under_test_.replaced_death()) {
        (void)blame_death_on_last_run(*death);
    }
    return true;
}

void worker::run_once(scenario_report& report, const run_variant& how) {
    timeouts times = budget_.now();
    if (options_.keep_traffic) {
        times.aftermath = times.closing / 2;
    }
    const bool was_exhausted = budget_.is_exhausted();
    report.started = std::chrono::system_clock::now();
    for (int attempt = 1;; ++attempt) {
        runs_ = findings_.next_run();
        execution run{*report.scenario, pseudonyms{options_.run_tag + '-' + std::to_string(runs_)}, times, how,
                      under_test_.dialogue()};
        under_test_.play(run);
        report.outcome = run.take_outcome();
        if (attempt == login_attempts_max || !may_have_logged_in_late(report)) {
            break;
        }
    }
    budget_.learn(report.outcome);
    if (budget_.is_exhausted() && !was_exhausted) {
        findings_.note("the " + implementation_noun() +
                       " was silent for 20 s in total; after that the suite waited at most 250 ms for each answer");
    }
    for (const auto& [rule_id, choice] : report.outcome.choices) {
        findings_.remember_choice(rule_id, choice);
    }
    examine(report, times);
}

void worker::run_other_variants(scenario_report& report, const std::vector<run_variant>& variants) {
    for (std::size_t index = 1; index < variants.size() && is_good(report.verdict); ++index) {
        const run_variant& how = variants[index];
        scenario_report other;
        other.scenario = report.scenario;
        if (!make_ready(other) || !is_good(report.verdict)) {
            return;
        }
        run_once(other, how);
        const std::string order = how.order ? schedule_text(*how.order, *report.scenario) : "";
        report.variants.push_back({how.segment, order, other.verdict, other.outcome.order_given_up});
        report.outcome.silences.fenced += other.outcome.silences.fenced;
        report.outcome.silences.windowed += other.outcome.silences.windowed;
        report.orders.ran += how.order ? 1 : 0;
        report.orders.given_up += other.outcome.order_given_up ? 1 : 0;
        if (other.verdict != verdict::pass && other.verdict != report.verdict) {
            adopt(report, std::move(other), how);
        }
    }
}

/// What went wrong in a variant of the first run decides the scenario's verdict.
void worker::adopt(scenario_report& report, scenario_report other, const run_variant& how) const {
    const segmentation first = options_.segments.front();
    report.evidence.variant = {first, how.segment, how.order.has_value(), std::move(other.evidence.run)};
    report.variant_arguments = how.order ? arguments_of(report.variants.back())
                                         : "--segment " + std::string{segmentation_name(first)} + ',' +
                                               std::string{segmentation_name(how.segment)};
    judge_again(report, options_);
    report.server_output = std::move(other.server_output);
    report.outcome = std::move(other.outcome);
    report.started = other.started;
}

/// Gathers the evidence of the run that is over, and judges it.
void worker::examine(scenario_report& report, const timeouts& times) {
    run_evidence& run = report.evidence.run;
    run.failure = report.outcome.failure;
    const std::string pseudo = "probe-" + options_.run_tag + '-' + std::to_string(runs_);
    const bool may_be_dying = run.failure && !run.failure->by_silence;
    run.death = may_be_dying ? under_test_.death_behind_failure(pseudo, times.answer) : under_test_.death();
    if (run.failure || run.death) {
        report.server_output = under_test_.last_output();
        if (!run.death) {
            probe_after_failure(report, pseudo, times);
        }
        // The state that the failure left must not affect the next scenario. An implementation that never says anything
        // is not restarted, to save the time that this takes.
        if (run.death || !budget_.is_mute()) {
            under_test_.discard();
        }
    }
    judge_again(report, options_);
}

/// Whether the implementation still works.
void worker::probe_after_failure(scenario_report& report, const std::string& pseudo, const timeouts& times) {
    run_evidence& run = report.evidence.run;
    if (run.failure->no_connection) {
        if (const auto error = under_test_.make_ready(report.scenario->needs)) {
            findings_.lose(*error, under_test_.last_output());
            run.unreachable = true;
        }
    } else if (run.failure->by_silence) {
        run.silent = !report.outcome.peer_spoke || !under_test_.answers(pseudo, times.answer);
        if (run.silent && !under_test_.accepts(times.answer)) {
            check_gone(report);
        }
    } else {
        check_gone(report);
    }
}

/// A target that no longer accepts connections cannot be judged any further.
void worker::check_gone(const scenario_report& report) {
    if (!under_test_.death() && dynamic_cast<running_target*>(&under_test_) != nullptr) {
        if (const auto error = under_test_.make_ready(report.scenario->needs)) {
            findings_.lose(*error, under_test_.last_output());
        }
    }
}

std::string worker::implementation_noun() const {
    return std::string{role_name(under_test_.role())};
}

/// A process that has ended since the last scenario did so because of that one: otherwise it would be started again as
/// if nothing had happened.
void worker::blame_late_death() {
    const auto death = under_test_.death();
    if (death && blame_death_on_last_run(*death)) {
        last_run_->server_output = under_test_.last_output();
        under_test_.discard();
    }
}

/// False when the last one has failed anyway.
bool worker::blame_death_on_last_run(const std::string& death) {
    const std::scoped_lock lock{findings_.verdicts()};
    if (last_run_ == nullptr || last_run_->verdict == verdict::fail) {
        return false;
    }
    last_run_->evidence.late_death = death;
    judge_again(*last_run_, options_);
    return true;
}

/// Of the last one, once it can no longer be blamed for anything.
void worker::forget_traffic() const {
    if (last_run_ == nullptr) {
        return;
    }
    traffic_log& traffic = last_run_->outcome.traffic;
    const bool is_kept = last_run_->verdict == verdict::pass ? options_.keep_all_traffic : options_.keep_traffic;
    if (!is_kept) {
        traffic = {};
    } else if (!findings_.has_room_for_traffic(traffic.kept_bytes())) {
        traffic.shorten();
    }
}

}  // namespace chatos::conformance
