#include "runner/worker.hpp"

#include "rules/rule.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::string_view death_hint =
    "no input may end the process: look at its last lines, and run it under a debugger or AddressSanitizer with the "
    "command below. A write to a connection that is gone raises SIGPIPE unless it is ignored";
constexpr std::string_view silence_hint =
    "the process lives and answers nobody any more, new connections included: does it wait for one client (a blocking "
    "read, a lock that is never released), or spin?";
constexpr std::string_view client_silence_hint =
    "the client connects and says nothing: its first packet is a CR with its pseudo, sent without being asked";
constexpr std::string_view segment_hint =
    "one read may give a part of a packet, or several: collect what comes until a packet is complete, and keep what is "
    "behind it for the next";

void blame(scenario_report& report, const std::string& rule_id) {
    if (std::find(report.failed_rules.begin(), report.failed_rules.end(), rule_id) == report.failed_rules.end()) {
        report.failed_rules.push_back(rule_id);
    }
}

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

std::string segment_text(segmentation which) {
    return which == segmentation::bytes        ? "sent byte by byte"
           : which == segmentation::boundaries ? "sent packet by packet"
                                               : "sent whole";
}

/// What tells the program to run a scenario in this way alone.
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
    constexpr std::size_t bytes_max = std::size_t{16} << 20U;
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

void worker::judge_gone(scenario_report& report, const std::string& why) {
    report.verdict = verdict::not_testable;
    report.why = "the implementation was gone: " + why;
}

void worker::run(scenario_report& report) {
    blame_late_death();
    if (!make_ready(report)) {
        judge_gone(report, findings_.gone().value_or(""));
        return;
    }
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
    const timeouts times = budget_.now();
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
                       " kept the suite waiting for 20 s in all; from there on it waited 250 ms at "
                       "most for an answer");
    }
    for (const auto& [rule_id, choice] : report.outcome.choices) {
        findings_.remember_choice(rule_id, choice);
    }
    judge(report, times);
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

/// What went wrong in another way than the first is the scenario's verdict.
void worker::adopt(scenario_report& report, scenario_report other, const run_variant& how) const {
    const auto first = segmentation_name(options_.segments.front());
    if (how.order) {
        report.variant_arguments = arguments_of(report.variants.back());
        report.why = "it holds as the scenario stands, and not in this order of turns: " + other.why;
        report.failed_rules = other.failed_rules;
        report.verdict = other.verdict;
        report.hint = other.hint;
    } else {
        report.variant_arguments =
            "--segment " + std::string{first} + ',' + std::string{segmentation_name(how.segment)};
        report.why = "it holds when " + segment_text(options_.segments.front()) + ", and not when " +
                     segment_text(how.segment) + ": " + other.why;
        report.failed_rules = {report.scenario->role == test_role::server ? "WIRE-13" : "CLI-7"};
        if (std::find(other.failed_rules.begin(), other.failed_rules.end(), death_rule()) != other.failed_rules.end()) {
            blame(report, death_rule());
        }
        report.verdict = is_known(report.failed_rules) ? verdict::known_failure : verdict::fail;
        report.hint = segment_hint;
    }
    report.server_output = std::move(other.server_output);
    report.outcome = std::move(other.outcome);
    report.started = other.started;
}

void worker::judge(scenario_report& report, const timeouts& times) {
    const std::string pseudo = "probe-" + options_.run_tag + '-' + std::to_string(runs_);
    const bool may_be_dying = report.outcome.failure && !report.outcome.failure->by_silence;
    const auto death = may_be_dying ? under_test_.death_behind_failure(pseudo, times.answer) : under_test_.death();
    if (!report.outcome.failure && !death) {
        return;
    }
    report.server_output = under_test_.last_output();
    if (report.outcome.failure) {
        const step_failure& failure = *report.outcome.failure;
        report.failed_rules.push_back(failure.rule);
        report.why = "expected: " + failure.expected + "; seen: " + failure.observed;
        report.hint = failure.hint;
    }
    const bool fatal = blame_severely(report, death, pseudo, times);
    report.verdict = fatal ? verdict::fail : verdict_of(report.failed_rules);
    if (!fatal && is_known(report.failed_rules)) {
        report.verdict = verdict::known_failure;
    }
    // Whatever state the failure left behind must not be held against the next scenario. One that never says
    // anything is spared the time that starting it takes.
    if (death || !budget_.is_mute()) {
        under_test_.discard();
    }
}

/// What is worse than a broken rule: an implementation that died, went away or fell silent. True if it did.
bool worker::blame_severely(scenario_report& report, const std::optional<std::string>& death, const std::string& pseudo,
                            const timeouts& times) {
    if (death) {
        report.why = "the " + implementation_noun() + " died during this scenario (" + *death + ")" +
                     (report.why.empty() ? "" : "; ") + report.why;
        report.hint = death_hint;
        blame(report, death_rule());
        return true;
    }
    if (report.outcome.failure->no_connection) {
        if (const auto error = under_test_.make_ready(report.scenario->needs)) {
            findings_.lose(*error, under_test_.last_output());
            report.why = "the implementation went away; " + report.why;
        }
        return true;
    }
    if (!report.outcome.failure->by_silence) {
        check_gone(report);
        return false;
    }
    const bool silent = !report.outcome.peer_spoke || !under_test_.answers(pseudo, times.answer);
    if (silent) {
        report.why += "; the " + implementation_noun() + " has fallen silent";
        report.hint = report.scenario->role == test_role::server ? silence_hint : client_silence_hint;
        if (!under_test_.accepts(times.answer)) {
            check_gone(report);
        }
    }
    return silent;
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

/// No input may end a server, nor may any crash a client.
std::string worker::death_rule() const {
    return under_test_.role() == test_role::server ? "ERR-3" : "CLI-8";
}

/// A process that has ended since the last scenario did so because of that one: otherwise it would be started again
/// as if nothing had happened.
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
    last_run_->verdict = verdict::fail;
    last_run_->why = "the " + implementation_noun() + " died after this scenario (" + death + ")";
    last_run_->hint = death_hint;
    blame(*last_run_, death_rule());
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

verdict worker::verdict_of(const std::vector<std::string>& failed_rules) const {
    const bool only_should = std::all_of(failed_rules.begin(), failed_rules.end(), [](const std::string& id) {
        const rule* rule = find_rule(id);
        return rule != nullptr && rule->level == rule_level::should;
    });
    return only_should && !options_.strict ? verdict::warn : verdict::fail;
}

bool worker::is_known(const std::vector<std::string>& failed_rules) const {
    return std::all_of(failed_rules.begin(), failed_rules.end(), [&](const std::string& id) {
        return std::any_of(options_.known_failures.begin(), options_.known_failures.end(),
                           [&](const known_failure& known) { return known.rule == id; });
    });
}

}  // namespace chatos::conformance
