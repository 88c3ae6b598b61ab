#include "matrix/pair_run.hpp"

#include "matrix/chat_users.hpp"
#include "matrix/trace_chart.hpp"
#include "rules/rule.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace chatos::conformance {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t violations_max = 50;
constexpr auto start_time = 5'000ms;          // for a client to register
constexpr auto step_time = 2'500ms;           // for what users do together
constexpr auto step_time_after_miss = 500ms;  // once something was missing
constexpr auto leave_time = 1'000ms;

/// Told by a user to its client.
struct told_command {
    chat_user* user;
    std::string command;
    std::string pseudo;
    std::string text;
};

class conversation {
public:
    conversation(const profile& client, server_implementation& server, bool has_tunnels, const pair_options& options)
        : client_{client}, server_{server}, options_{options},
          has_tunnels_{has_tunnels}, end_{steady_clock::now() + scaled(options.time_max)} {}

    pair_result run() {
        const auto began = steady_clock::now();
        if (!proxy_.open(server_.address())) {
            result_.obstacle = "no loopback port can be listened on";
            return std::move(result_);
        }
        if (meet()) {
            talk();
            part();
        }
        keep_output();
        for (chat_user* user : {&alice_, &bob_, &impostor_, &heir_}) {
            user->stop();
        }
        proxy_.serve();
        proxy_.close();
        judge_traffic();
        result_.packets = proxy_.recorder().packets();
        result_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
        return std::move(result_);
    }

private:
    [[nodiscard]] std::chrono::milliseconds scaled(std::chrono::milliseconds time) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time * options_.time_factor);
    }
    [[nodiscard]] bool is_over() const {
        return steady_clock::now() >= end_ || proxy_.recorder().is_full() ||
               (options_.is_interrupted && options_.is_interrupted());
    }

    /// Relays until the condition holds. False when it does not within the time, or when a user's process has ended
    /// that should not have, and the traffic after that has come.
    template <typename Condition>
    bool await(const Condition& condition, std::chrono::milliseconds time) {
        auto until = std::min(end_, steady_clock::now() + time);
        for (bool has_lost_user = false;;) {
            proxy_.serve();
            for (chat_user* user : running_) {
                user->serve();
                if (!has_lost_user && !leaving_.contains(user) && user->end()) {
                    has_lost_user = true;
                    until = std::min(until, steady_clock::now() + 200ms);
                }
            }
            if (condition()) {
                return true;
            }
            if (steady_clock::now() >= until || is_over()) {
                return false;
            }
            std::vector<pollfd> polled;
            proxy_.add_polled(polled);
            for (const chat_user* user : running_) {
                user->add_polled(polled);
            }
            (void)::poll(polled.data(), polled.size(), 20);
        }
    }

    [[nodiscard]] bool is_settled(const chat_user& user) const {
        return user.unanswered_request(proxy_) == nullptr && user.unanswered_delivery(proxy_) == nullptr;
    }
    [[nodiscard]] bool is_registered(const chat_user& user) const {
        const std::vector<std::uint8_t> codes = user.answers(proxy_);
        return !codes.empty() && codes.front() == 0;
    }

    void add_step(std::string text, pair_step::outcome outcome, std::string why = {}) {
        has_missed_ = has_missed_ || outcome == pair_step::outcome::missing;
        result_.steps.push_back({std::move(text), outcome, std::move(why)});
    }

    [[nodiscard]] bool start(chat_user& user) {
        if (result_.obstacle = user.start(proxy_); !result_.obstacle.empty()) {
            return false;
        }
        running_.push_back(&user);
        return true;
    }

    [[nodiscard]] bool meet() {
        for (chat_user* user : {&alice_, &bob_}) {
            if (!start(*user)) {
                return false;
            }
            const std::string text = user->pseudo() + " registers";
            if (!await([&] { return is_registered(*user); }, scaled(start_time))) {
                add_step(text, pair_step::outcome::missing, missing_registration(*user));
                return false;
            }
            add_step(text, pair_step::outcome::done);
        }
        return true;
    }

    [[nodiscard]] std::string missing_registration(chat_user& user) const {
        if (const auto end = user.end(); end && !user.stream(proxy_)) {
            return "the client ended before it sent a CR: " + end->text;
        }
        if (!user.stream(proxy_)) {
            return proxy_.recorder().observed().connections.empty()
                       ? "the client did not connect; does it connect to the {host} and {port} that it is given?"
                       : "the client connected and sent no CR for its pseudo";
        }
        const std::vector<std::uint8_t> codes = user.answers(proxy_);
        return codes.empty() ? "the server did not answer the CR"
                             : "the server answered the CR with ERROR " + std::to_string(codes.front());
    }

    /// Tells the users, and waits until the condition holds and nobody owes an answer.
    template <typename Condition>
    void step(std::string text, const std::vector<told_command>& commands, const Condition& condition) {
        if (is_over()) {
            add_step(std::move(text), pair_step::outcome::skipped, why_over());
            return;
        }
        for (const told_command& command : commands) {
            if (!client_.dialogue.input.contains(command.command)) {
                add_step(std::move(text), pair_step::outcome::skipped,
                         "the profile has no \"" + command.command + "\" under \"stdin\"");
                return;
            }
        }
        // A decision is no request.
        const bool is_decision = commands.front().command == "accept" || commands.front().command == "refuse";
        const std::size_t requests = is_decision ? SIZE_MAX : commands.front().user->requests(proxy_);
        for (const told_command& command : commands) {
            (void)command.user->tell(command.command, command.pseudo, command.text);
        }
        const auto time = scaled(has_missed_ ? step_time_after_miss : step_time);
        if (await([&] { return condition() && is_settled(alice_) && (has_left_ || is_settled(bob_)); }, time)) {
            add_step(std::move(text), pair_step::outcome::done);
        } else {
            const std::string why = missing(*commands.front().user, requests);
            add_step(std::move(text), why.empty() ? pair_step::outcome::refused : pair_step::outcome::missing,
                     why.empty() ? "all was answered, and what was to come did not; the last answer was ERROR " +
                                       std::to_string(last_code(*commands.front().user))
                                 : why);
        }
    }

    /// What did not happen since the user had sent so many requests; empty: all was answered.
    [[nodiscard]] std::string missing(chat_user& user, std::size_t requests) const {
        for (chat_user* each : {&alice_, &bob_}) {
            if (const auto end = each->end(); end && !leaving_.contains(each)) {
                return "the client of " + each->pseudo() + " ended: " + end->text;
            }
        }
        if (is_over()) {
            return why_over();
        }
        for (const chat_user* each : {&alice_, &bob_}) {
            if (const observed_packet* delivery = each->unanswered_delivery(proxy_)) {
                return "the client of " + each->pseudo() + " did not answer " + packet_text(*delivery);
            }
        }
        for (const chat_user* each : {&alice_, &bob_}) {
            if (const observed_packet* request = each->unanswered_request(proxy_)) {
                return "the server did not answer " + each->pseudo() + "'s " + packet_text(*request);
            }
        }
        if (user.requests(proxy_) == requests) {
            return "the client of " + user.pseudo() + " sent nothing";
        }
        return "";
    }

    [[nodiscard]] std::string why_over() const {
        if (proxy_.recorder().is_full()) {
            return "more was sent than is kept: " + std::to_string(traffic_recorder::packets_max) + " packets or " +
                   std::to_string(traffic_recorder::bytes_max >> 20U) + " MiB";
        }
        return steady_clock::now() >= end_ ? "the time for this pair was up" : "the run was interrupted";
    }

    void talk() {
        const auto reaches = [this](const chat_user& user, opcode op, const chat_user& from, const char* text) {
            return [this, &user, op, &from, text, first = user.deliveries(proxy_)] {
                return user.got(proxy_, first, op, from.pseudo(), text);
            };
        };
        step("alice writes to all", {{&alice_, "say", "", "hello all"}},
             reaches(bob_, opcode::spm, alice_, "hello all"));
        step("alice writes to bob", {{&alice_, "msg", "bob", "hello bob"}},
             reaches(bob_, opcode::spm, alice_, "hello bob"));
        step("bob writes back, not in ASCII", {{&bob_, "msg", "alice", "\u00e9t\u00e9 \u6771\u4eac \U0001f642"}},
             reaches(alice_, opcode::spm, bob_, "\u00e9t\u00e9 \u6771\u4eac \U0001f642"));
        const auto alice_is_reached = reaches(alice_, opcode::spm, bob_, "at once");
        const auto bob_is_reached = reaches(bob_, opcode::spm, alice_, "at once");
        step("both write at once", {{&alice_, "msg", "bob", "at once"}, {&bob_, "msg", "alice", "at once"}},
             [&] { return alice_is_reached() && bob_is_reached(); });
        step("alice writes to nobody", {{&alice_, "msg", "nobody", "hello"}},
             [this, requests_before = alice_.requests(proxy_)] {
                 return last_code(alice_) == 4 && alice_.requests(proxy_) > requests_before;
             });
        offer(bob_, alice_, "refuse", 5);
        offer(alice_, bob_, "accept", 0);
        claim_held_pseudo();
        leave_and_return();
    }

    [[nodiscard]] int last_code(const chat_user& user) const {
        const std::vector<std::uint8_t> codes = user.answers(proxy_);
        return codes.empty() ? -1 : codes.back();
    }

    void offer(chat_user& from, chat_user& to, const std::string& decision, int code) {
        const std::string text = to.pseudo() + ' ' + decision + "s " + from.pseudo() + "'s private connection";
        if (!client_.dialogue.input.contains(decision) || !client_.dialogue.input.contains("private")) {
            add_step(text, pair_step::outcome::skipped,
                     "the profile has no \"" + (client_.dialogue.input.contains("private") ? decision : "private") +
                         "\" under \"stdin\"");
            return;
        }
        if (is_over()) {
            add_step(text, pair_step::outcome::skipped, why_over());
            return;
        }
        const std::size_t first = to.deliveries(proxy_);
        const std::size_t requests = from.requests(proxy_);
        (void)from.tell("private", to.pseudo());
        const auto time = scaled(has_missed_ ? step_time_after_miss : step_time);
        if (!await([&] { return to.got(proxy_, first, opcode::pc, from.pseudo(), ""); }, time)) {
            add_step(text, pair_step::outcome::missing,
                     from.requests(proxy_) == requests ? "the client of " + from.pseudo() + " sent no PC"
                                                       : "the PC did not reach " + to.pseudo());
            return;
        }
        if (to.unanswered_delivery(proxy_) == nullptr) {
            add_step(text, pair_step::outcome::skipped, "the client of " + to.pseudo() + " decides by itself");
            return;
        }
        step(text, {{&to, decision, from.pseudo(), ""}}, [&] { return last_code(from) == code; });
        if (decision == "accept" && has_tunnels_) {
            await_tunnel();
        }
    }

    /// Both ends: connections that begin with two PCs and were answered with ERROR 0 (TUN-2).
    void await_tunnel() {
        const auto opened = [this] {
            const std::vector<connection>& all = proxy_.recorder().observed().connections;
            return std::count_if(all.begin(), all.end(), [](const connection& each) {
                       const auto& sent = each.from(side::client).packets;
                       const auto& came = each.from(side::server).packets;
                       return sent.size() >= 2 && sent[0].op == opcode::pc && sent[1].op == opcode::pc &&
                              !came.empty() && came[0].op == opcode::error && came[0].code == 0;
                   }) >= 2;
        };
        const bool is_open = await(opened, scaled(has_missed_ ? step_time_after_miss : step_time));
        add_step("the private connection opens", is_open ? pair_step::outcome::done : pair_step::outcome::missing,
                 is_open ? "" : "not both ends got the server's ERROR 0");
    }

    /// A third client takes a pseudo that is held.
    void claim_held_pseudo() {
        const std::string text = "another client claims alice's pseudo";
        if (is_over() || !start(impostor_)) {
            add_step(text, pair_step::outcome::skipped, is_over() ? why_over() : std::exchange(result_.obstacle, ""));
            return;
        }
        leaving_.insert(&impostor_);
        const auto time = scaled(start_time);
        const bool is_told = await([&] { return !impostor_.answers(proxy_).empty(); }, time);
        const bool is_refused = is_told && impostor_.answers(proxy_).front() == 1;
        add_step(text, is_refused ? pair_step::outcome::done : pair_step::outcome::missing,
                 is_refused ? ""
                 : is_told  ? "it got ERROR " + std::to_string(impostor_.answers(proxy_).front()) + ", not ERROR 1"
                            : "it got no answer to its CR");
        impostor_.end_input();
        impostor_.stop();
    }

    void leave_and_return() {
        leaving_.insert(&bob_);
        if (!bob_.tell("quit")) {
            bob_.end_input();
        }
        const bool is_gone = await([&] { return bob_.has_left(proxy_); }, scaled(leave_time));
        if (!is_gone) {
            bob_.stop();
            (void)await([&] { return bob_.has_left(proxy_); }, scaled(leave_time));
        }
        has_left_ = true;
        step("bob leaves, alice writes to bob", {{&alice_, "msg", "bob", "still there?"}},
             [this] { return last_code(alice_) == 4; });
        const std::string text = "bob comes back, alice writes to bob";
        if (is_over() || !start(heir_)) {
            add_step(text, pair_step::outcome::skipped, is_over() ? why_over() : std::exchange(result_.obstacle, ""));
            return;
        }
        if (!await([&] { return is_registered(heir_); }, scaled(start_time))) {
            add_step(text, pair_step::outcome::missing, missing_registration(heir_));
            return;
        }
        step(text, {{&alice_, "msg", "bob", "welcome back"}},
             [this] { return heir_.got(proxy_, 0, opcode::spm, "alice", "welcome back") && is_settled(heir_); });
    }

    /// Everybody leaves, so that the judge sees the ends.
    void part() {
        for (chat_user* user : {&alice_, &heir_}) {
            leaving_.insert(user);
            if (!user->tell("quit")) {
                user->end_input();
            }
        }
        (void)await([&] { return alice_.has_left(proxy_) && (!heir_.stream(proxy_) || heir_.has_left(proxy_)); },
                    scaled(leave_time));
    }

    void keep_output() {
        for (chat_user* user : running_) {
            for (const std::string& line : user->last_output()) {
                result_.client_output.push_back(user->pseudo() + ": " + line);
            }
        }
        result_.server_output = server_.last_output();
    }

    void judge_traffic() {
        judge_settings settings;
        settings.has_all_clients = true;
        judge_report report = judge(proxy_.recorder().observed(), settings);
        result_.chart = chart_of(proxy_.recorder().observed(), report.violations);
        for (const connection& each : proxy_.recorder().observed().connections) {
            const std::vector<observed_packet>& sent = each.from(side::client).packets;
            if (!sent.empty() && (result_.first_packet_ns == 0 || sent.front().time_ns < result_.first_packet_ns)) {
                result_.first_packet_ns = sent.front().time_ns;
            }
        }
        bool breaks_must = false;
        std::size_t violations = 0;
        for (violation& each : report.violations) {
            breaks_must = breaks_must || find_rule(each.rule)->level == rule_level::must;
            ++violations;
            if (result_.violations.size() < violations_max) {
                result_.violations.push_back(std::move(each));
            } else {
                ++result_.violations_left_out;
            }
        }
        const auto missing = std::find_if(result_.steps.begin(), result_.steps.end(), [](const pair_step& each) {
            return each.result == pair_step::outcome::missing;
        });
        if (missing != result_.steps.end()) {
            result_.why = missing->text + ": " + missing->why;
        }
        if (!result_.violations.empty()) {
            const violation& first = result_.violations.front();
            result_.why = std::string{first.rule} + " (" + (first.violator == side::client ? "client" : "server") +
                          "): expected " + first.expected + ", seen " + first.actual +
                          (result_.why.empty() ? "" : "; " + result_.why);
        }
        const bool is_failure = breaks_must || missing != result_.steps.end() || (options_.strict && violations != 0);
        const auto refused = std::find_if(result_.steps.begin(), result_.steps.end(), [](const pair_step& each) {
            return each.result == pair_step::outcome::refused;
        });
        if (result_.why.empty() && refused != result_.steps.end()) {
            result_.why = refused->text + ": " + refused->why;
        }
        const bool is_doubtful = violations != 0 || refused != result_.steps.end();
        result_.verdict = is_failure ? verdict::fail : is_doubtful ? verdict::warn : verdict::pass;
        if (result_.verdict == verdict::pass) {
            result_.client_output.clear();
            result_.server_output.clear();
        }
    }

    const profile& client_;
    server_implementation& server_;
    const pair_options& options_;
    bool has_tunnels_;
    steady_clock::time_point end_;
    recording_proxy proxy_;
    mutable chat_user alice_{client_, "alice"};
    mutable chat_user bob_{client_, "bob"};
    chat_user impostor_{client_, "alice"};
    chat_user heir_{client_, "bob"};
    std::vector<chat_user*> running_;
    std::set<const chat_user*> leaving_;
    bool has_missed_{false};
    bool has_left_{false};
    pair_result result_;
};

}  // namespace

std::string_view outcome_name(pair_step::outcome outcome) noexcept {
    constexpr std::string_view names[] = {"done", "refused", "missing", "skipped"};
    return names[static_cast<std::size_t>(outcome)];
}

pair_result run_pair(const profile& client, server_implementation& server, bool server_has_tunnels,
                     const pair_options& options) {
    server.discard();
    if (const auto error = server.make_ready({})) {
        pair_result result;
        result.obstacle = "the server: " + *error;
        result.server_output = server.last_output();
        return result;
    }
    const auto& extensions = client.extensions;
    const bool has_tunnels =
        server_has_tunnels && std::find(extensions.begin(), extensions.end(), "tunnel") != extensions.end();
    pair_result result = conversation{client, server, has_tunnels, options}.run();
    if (const auto death = server.death(); death && result.verdict != verdict::pass) {
        result.why += "; the server ended: " + *death;
    }
    return result;
}

}  // namespace chatos::conformance
