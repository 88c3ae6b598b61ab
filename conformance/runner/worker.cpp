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

constexpr int login_attempts_max = 10;

void blame(scenario_report& made, const std::string& rule_id) {
    if (std::find(made.failed_rules.begin(), made.failed_rules.end(), rule_id) == made.failed_rules.end()) {
        made.failed_rules.push_back(rule_id);
    }
}

/// True when the server refused a login within a short login timeout that the scenario needs. On a busy machine that
/// timeout may pass before the CR arrives; a server that refuses logins refuses them again.
bool may_have_logged_in_late(const scenario_report& report) {
    const auto& failure = report.seen.failure;
    return failure && failure->rule == "CONN-1" && !failure->by_silence && !failure->no_connection &&
           report.what->needs.contains("login_timeout_ms");
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
std::string arguments_of(const way_result& one) {
    std::string text;
    if (one.segment != segmentation::whole) {
        text += "--segment " + std::string{segmentation_name(one.segment)};
    }
    if (!one.order.empty()) {
        text += (text.empty() ? "" : " ") + std::string{"--schedule "} + one.order;
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

void suite_findings::remember_choice(const std::string& rule_id, const std::string& what) {
    const std::scoped_lock lock{mutex_};
    choices_[rule_id].insert(what);
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

void suite_findings::note(const std::string& what) {
    const std::scoped_lock lock{mutex_};
    if (std::find(notes_.begin(), notes_.end(), what) == notes_.end()) {
        notes_.push_back(what);
    }
}

void suite_findings::move_to(suite_report& report) {
    const std::scoped_lock lock{mutex_};
    for (const auto& [rule_id, seen] : choices_) {
        std::string& told = report.choices[rule_id];
        for (const std::string& what : seen) {
            told += (told.empty() ? "" : ", ") + what;
        }
    }
    report.notes.insert(report.notes.end(), notes_.begin(), notes_.end());
    report.gone = std::move(gone_);
    report.gone_output = std::move(gone_output_);
}

void worker::judge_gone(scenario_report& made, const std::string& why) {
    made.judged = verdict::not_testable;
    made.why = "the implementation was gone: " + why;
}

void worker::run(scenario_report& made) {
    blame_late_death();
    if (!make_ready(made)) {
        judge_gone(made, findings_.gone().value_or(""));
        return;
    }
    forget_traffic();
    const std::vector<way> ways = ways_of(made);
    last_run_ = &made;
    run_once(made, ways.front());
    made.ran = true;
    made.ways.push_back({ways.front().segment, "", made.judged, made.seen.order_given_up});
    made.ways.back().order = ways.front().order ? schedule_text(*ways.front().order, *made.what) : "";
    made.way_arguments = arguments_of(made.ways.back());
    run_other_ways(made, ways);
}

void worker::finish() {
    blame_late_death();
    forget_traffic();
}

/// The first is the one that the others are compared with.
std::vector<way> worker::ways_of(scenario_report& made) const {
    std::vector<way> ways;
    for (const segmentation segment : options_.segments) {
        ways.push_back({segment, std::nullopt});
    }
    if (options_.only_order && options_.only_order->first == made.what) {
        ways.front().order = options_.only_order->second;
    }
    if (options_.interleave != 0) {
        const open_orders orders = orders_of(*made.what, options_.interleave);
        made.orders = {orders.total, orders.total_is_bound, 0, 0};
        for (const schedule& order : orders.chosen) {
            ways.push_back({options_.segments.front(), order});
        }
    }
    return ways;
}

bool worker::make_ready(scenario_report& made) {
    if (const auto error = under_test_.make_ready(made.what->needs)) {
        findings_.lose(*error, under_test_.last_output());
        return false;
    }
    // Between the look at the last one's death and that of make_ready() it may have ended, too.
    if (const auto death = under_test_.replaced_death()) {
        (void)blame_death_on_last_run(*death);
    }
    return true;
}

void worker::run_once(scenario_report& made, const way& how) {
    const patience times = budget_.now();
    const bool was_exhausted = budget_.is_exhausted();
    made.started = std::chrono::system_clock::now();
    for (int attempt = 1;; ++attempt) {
        runs_ = findings_.next_run();
        execution run{*made.what, pseudonyms{options_.run_tag + '-' + std::to_string(runs_)}, times, how,
                      under_test_.dialogue()};
        under_test_.play(run);
        made.seen = run.take_outcome();
        if (attempt == login_attempts_max || !may_have_logged_in_late(made)) {
            break;
        }
    }
    budget_.learn(made.seen);
    if (budget_.is_exhausted() && !was_exhausted) {
        findings_.note("the " + implementation_noun() +
                       " kept the suite waiting for 20 s in all; from there on it waited 250 ms at "
                       "most for an answer");
    }
    for (const auto& [rule_id, what] : made.seen.choices) {
        findings_.remember_choice(rule_id, what);
    }
    judge(made, times);
}

void worker::run_other_ways(scenario_report& made, const std::vector<way>& ways) {
    for (std::size_t index = 1; index < ways.size() && is_good(made.judged); ++index) {
        const way& how = ways[index];
        scenario_report other;
        other.what = made.what;
        if (!make_ready(other) || !is_good(made.judged)) {
            return;
        }
        run_once(other, how);
        const std::string order = how.order ? schedule_text(*how.order, *made.what) : "";
        made.ways.push_back({how.segment, order, other.judged, other.seen.order_given_up});
        made.seen.silences.fenced += other.seen.silences.fenced;
        made.seen.silences.windowed += other.seen.silences.windowed;
        made.orders.ran += how.order ? 1 : 0;
        made.orders.given_up += other.seen.order_given_up ? 1 : 0;
        if (other.judged != verdict::pass && other.judged != made.judged) {
            adopt(made, std::move(other), how);
        }
    }
}

/// What went wrong in another way than the first is the scenario's verdict.
void worker::adopt(scenario_report& made, scenario_report other, const way& how) const {
    const auto first = segmentation_name(options_.segments.front());
    if (how.order) {
        made.way_arguments = arguments_of(made.ways.back());
        made.why = "it holds as the scenario stands, and not in this order of turns: " + other.why;
        made.failed_rules = other.failed_rules;
        made.judged = other.judged;
        made.hint = other.hint;
    } else {
        made.way_arguments = "--segment " + std::string{first} + ',' + std::string{segmentation_name(how.segment)};
        made.why = "it holds when " + segment_text(options_.segments.front()) + ", and not when " +
                   segment_text(how.segment) + ": " + other.why;
        made.failed_rules = {made.what->role == test_role::server ? "WIRE-13" : "CLI-7"};
        if (std::find(other.failed_rules.begin(), other.failed_rules.end(), death_rule()) != other.failed_rules.end()) {
            blame(made, death_rule());
        }
        made.judged = is_known(made.failed_rules) ? verdict::known_failure : verdict::fail;
        made.hint = segment_hint;
    }
    made.server_output = std::move(other.server_output);
    made.seen = std::move(other.seen);
    made.started = other.started;
}

void worker::judge(scenario_report& made, const patience& times) {
    const std::string pseudo = "probe-" + options_.run_tag + '-' + std::to_string(runs_);
    const bool may_be_dying = made.seen.failure && !made.seen.failure->by_silence;
    const auto death = may_be_dying ? under_test_.death_behind_failure(pseudo, times.answer) : under_test_.death();
    if (!made.seen.failure && !death) {
        return;
    }
    made.server_output = under_test_.last_output();
    if (made.seen.failure) {
        const step_failure& failure = *made.seen.failure;
        made.failed_rules.push_back(failure.rule);
        made.why = "expected: " + failure.expected + "; seen: " + failure.seen;
        made.hint = failure.hint;
    }
    const bool fatal = blame_severely(made, death, pseudo, times);
    made.judged = fatal ? verdict::fail : verdict_of(made.failed_rules);
    if (!fatal && is_known(made.failed_rules)) {
        made.judged = verdict::known_failure;
    }
    // Whatever state the failure left behind must not be held against the next scenario. One that never says
    // anything is spared the time that starting it takes.
    if (death || !budget_.is_mute()) {
        under_test_.discard();
    }
}

/// What is worse than a broken rule: an implementation that died, went away or fell silent. True if it did.
bool worker::blame_severely(scenario_report& made, const std::optional<std::string>& death, const std::string& pseudo,
                            const patience& times) {
    if (death) {
        made.why = "the " + implementation_noun() + " died during this scenario (" + *death + ")" +
                   (made.why.empty() ? "" : "; ") + made.why;
        made.hint = death_hint;
        blame(made, death_rule());
        return true;
    }
    if (made.seen.failure->no_connection) {
        if (const auto error = under_test_.make_ready(made.what->needs)) {
            findings_.lose(*error, under_test_.last_output());
            made.why = "the implementation went away; " + made.why;
        }
        return true;
    }
    if (!made.seen.failure->by_silence) {
        check_gone(made);
        return false;
    }
    const bool silent = !made.seen.peer_spoke || !under_test_.answers(pseudo, times.answer);
    if (silent) {
        made.why += "; the " + implementation_noun() + " has fallen silent";
        made.hint = made.what->role == test_role::server ? silence_hint : client_silence_hint;
        if (!under_test_.accepts(times.answer)) {
            check_gone(made);
        }
    }
    return silent;
}

/// A target that no longer accepts connections cannot be judged any further.
void worker::check_gone(const scenario_report& made) {
    if (!under_test_.death() && dynamic_cast<running_target*>(&under_test_) != nullptr) {
        if (const auto error = under_test_.make_ready(made.what->needs)) {
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
    if (last_run_ == nullptr || last_run_->judged == verdict::fail) {
        return false;
    }
    last_run_->judged = verdict::fail;
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
    traffic_log& traffic = last_run_->seen.traffic;
    const bool is_kept = last_run_->judged == verdict::pass ? options_.keep_all_traffic : options_.keep_traffic;
    if (!is_kept) {
        traffic = {};
    } else if (!findings_.has_room_for_traffic(traffic.kept_bytes())) {
        traffic.shorten();
    }
}

verdict worker::verdict_of(const std::vector<std::string>& failed_rules) const {
    const bool only_should = std::all_of(failed_rules.begin(), failed_rules.end(), [](const std::string& id) {
        const rule* found = find_rule(id);
        return found != nullptr && found->level == rule_level::should;
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
