#include "client/chat.hpp"

#include "base/shown_text.hpp"
#include "client/name_text.hpp"

#include <algorithm>
#include <cassert>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace chatos::client {
namespace {

constexpr std::size_t read_bytes = 65'536;
constexpr std::size_t names_max = 1'000;
constexpr std::size_t peers_max = 32;
constexpr std::size_t held_max = 64;
constexpr std::size_t watched_before_peers = 3;
constexpr std::chrono::milliseconds drain_timeout{1'000};
constexpr std::chrono::milliseconds last_write_limit{1'000};

instant clock_now() {
    return std::chrono::steady_clock::now();
}

/// Milliseconds for poll(), rounded up so that the moment has come when it returns; -1 without one.
int poll_time(std::optional<instant> moment) {
    if (!moment) {
        return -1;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*moment - clock_now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 60'000));
}

std::optional<instant> earlier(std::optional<instant> first, std::optional<instant> other) {
    return !first ? other : !other ? first : std::min(*first, *other);
}

}  // namespace

chat::chat(connection server, int signals, std::string pseudo, const chat_options& options, screen& shown)
    : server_{std::move(server)}, signals_{signals}, options_{options}, pseudo_{std::move(pseudo)}, screen_{shown},
      session_{pseudo_, options.session, clock_now()}, buffer_(read_bytes) {}

void chat::enter(std::string_view line) {
    if (is_over()) {
        return;
    }
    const command typed = read_command(line);
    switch (typed.kind) {
    case command_kind::nothing: break;
    case command_kind::say: request(request_kind::say, typed); break;
    case command_kind::message: request(request_kind::message, typed); break;
    case command_kind::private_contact:
        if (find_private(typed.name) != nullptr) {
            tell("the private connection with " + shown_name(typed.name) + " is there already", true);
        } else {
            request(request_kind::private_contact, typed);
        }
        break;
    case command_kind::accept: decide(typed, true); break;
    case command_kind::refuse: decide(typed, false); break;
    case command_kind::private_text:
    case command_kind::send_file:
    case command_kind::save_file: use_private(typed); break;
    case command_kind::help: tell(help_text(), false); break;
    case command_kind::quit: quit(); break;
    case command_kind::faulty: tell(typed.fault, true); break;
    }
    show_events();
}

void chat::request(request_kind kind, const command& typed) {
    const std::string fault = session::find_fault(kind, typed.name, typed.text, options_.session.bounds);
    if (!fault.empty()) {
        tell("not sent: " + fault, true);
        return;
    }
    remember(typed.name);
    if (session_.request(kind, typed.name, typed.text, clock_now()) == 0) {
        tell("not sent: " + std::to_string(options_.session.requests_max) +
                 " commands wait already; wait for an answer and try again",
             true);
    }
}

void chat::decide(const command& typed, bool accepts) {
    private_peer* peer = find_private(typed.name);
    if (!session_.decide(typed.name, accepts) && (accepts || peer == nullptr || !peer->refuse_file())) {
        tell(shown_name(typed.name) + " asks for nothing now", true);
    }
}

void chat::use_private(const command& typed) {
    if (private_peer* peer = find_private(typed.name)) {
        use(*peer, typed);
    } else if (!session_.is_asking(typed.name)) {
        const std::string name = shown_name(typed.name);
        tell("there is no private connection with " + name + "; ask for one: /private " + name, true);
    } else if (held_.size() == held_max) {
        tell("not sent: too much waits for private connections already", true);
    } else {
        held_.push_back(typed);
    }
}

void chat::use(private_peer& peer, const command& typed) {
    switch (typed.kind) {
    case command_kind::private_text: peer.say(typed.text); break;
    case command_kind::send_file: peer.send_file(typed.text); break;
    case command_kind::save_file: peer.save_file(); break;
    default: break;
    }
}

private_peer* chat::find_private(std::string_view name) const {
    const auto position = std::find_if(peers_.begin(), peers_.end(),
                                       [name](const auto& peer) { return peer->name() == name && !peer->is_over(); });
    return position == peers_.end() ? nullptr : position->get();
}

// Two users who ask each other at once accept twice; one connection is enough.
void chat::open_private(const std::string& name) {
    if (find_private(name) != nullptr) {
        return;
    }
    if (peers_.size() == peers_max) {
        tell("too many private connections are open; " + shown_name(name) + " cannot have one", true);
        return;
    }
    peers_.push_back(std::make_unique<private_peer>(pseudo_, name, server_.where(), options_.files,
                                                    [this](const session_event& event) { screen_.show(event); }));
}

/// What waited for the decision goes over the new connection, or is told to be lost.
void chat::answered_private(const answer_came& answer) {
    if (answer.code == error_code::ok) {
        open_private(answer.to);
    }
    std::deque<command> others;
    for (command& command : std::exchange(held_, {})) {
        if (command.name != answer.to || session_.is_asking(answer.to)) {
            others.push_back(std::move(command));
        } else if (private_peer* peer = find_private(answer.to)) {
            use(*peer, command);
        } else {
            tell("not sent to " + shown_name(command.name) + ": " + base::printable(command.text), true);
        }
    }
    held_ = std::move(others);
}

void chat::quit() {
    if (is_leaving_) {
        leave_now();
    } else {
        leave_when_done();
        leave_if_done();
    }
}

void chat::leave_now() {
    session_.leave();
    show_events();
}

void chat::tell(std::string text, bool is_problem) {
    screen_.show(notice{std::move(text), is_problem});
}

turn_result chat::turn(int input, std::optional<instant> wake) {
    leave_if_done();
    if (is_over()) {
        return {};
    }
    // A descriptor of -1 is ignored by poll().
    std::vector<pollfd> watched{
        {.fd = signals_, .events = POLLIN, .revents = 0},
        {.fd = input, .events = POLLIN, .revents = 0},
        {.fd = server_.descriptor(), .events = 0, .revents = 0},
    };
    for (const auto& peer : peers_) {
        watched.push_back({.fd = peer->descriptor(), .events = peer->wanted(), .revents = 0});
    }
    if (session_.wants_input()) {
        watched[2].events |= POLLIN;
    }
    if (!session_.output().empty() && !is_write_broken_) {
        watched[2].events |= POLLOUT;
    }
    const int count = ::poll(watched.data(), watched.size(), poll_time(earlier(session_.deadline(), wake)));
    const instant now = clock_now();
    turn_result result;
    if (count > 0) {
        if (watched[0].revents != 0) {
            take_signals(result);
        }
        result.has_input = watched[1].revents != 0;
        if ((watched[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            read_server(now);
        }
        for (std::size_t at = watched_before_peers; at < watched.size(); ++at) {
            if (watched[at].revents != 0) {
                peers_[at - watched_before_peers]->ready(watched[at].revents);
            }
        }
    }
    session_.advance(now);
    // Shown, then answered: who has the answer can rely on it (CLI-2).
    show_events();
    write_server();
    std::erase_if(peers_, [](const auto& peer) { return peer->is_over(); });
    if (screen_.is_broken()) {
        leave_now();
    }
    return result;
}

void chat::read_server(instant now) {
    const transfer_result got = server_.read(buffer_);
    switch (got.state) {
    case transfer_state::done: session_.receive(std::span{buffer_}.first(got.bytes), now); break;
    case transfer_state::would_block: break;
    case transfer_state::ended: session_.lose("the server closed it"); break;
    case transfer_state::broken: session_.lose(server_.fault()); break;
    }
}

// A write that fails is no end yet: what the server said before it closed may still wait to be read.
void chat::write_server() {
    while (!session_.output().empty() && !is_write_broken_) {
        const transfer_result put = server_.write(session_.output());
        if (put.state == transfer_state::would_block) {
            return;
        }
        if (put.state != transfer_state::done) {
            is_write_broken_ = true;
            return;
        }
        session_.sent(put.bytes);
    }
}

void chat::take_signals(turn_result& result) {
    signalfd_siginfo signal{};
    while (::read(signals_, &signal, sizeof signal) == static_cast<ssize_t>(sizeof signal)) {
        if (signal.ssi_signo == SIGWINCH) {
            result.is_resized = true;
        } else if (signal.ssi_signo == SIGTSTP) {
            result.is_stopped = true;
        } else {
            leave_now();
        }
    }
}

void chat::show_events() {
    while (std::optional<session_event> event = session_.take_event()) {
        remember_names(*event);
        screen_.show(*event);
        // After it is told, so that what follows from it is told after it.
        follow(*event);
    }
}

void chat::remember_names(const session_event& event) {
    if (const auto* message = std::get_if<message_came>(&event)) {
        remember(message->from);
    } else if (const auto* contact = std::get_if<contact_asked>(&event)) {
        remember(contact->from);
    }
}

void chat::follow(const session_event& event) {
    if (const auto* decided = std::get_if<contact_decided>(&event)) {
        if (decided->is_accepted) {
            open_private(decided->from);
        }
    } else if (const auto* answer = std::get_if<answer_came>(&event)) {
        if (answer->kind == request_kind::private_contact && answer->is_last) {
            answered_private(*answer);
        }
    } else if (const auto* ended = std::get_if<session_ended>(&event)) {
        end_ = *ended;
    }
}

void chat::leave_if_done() {
    const bool are_peers_idle =
        std::all_of(peers_.begin(), peers_.end(), [](const auto& peer) { return peer->is_idle(); });
    if (is_leaving_ && session_.is_idle() && are_peers_idle) {
        leave_now();
    }
}

void chat::remember(const std::string& name) {
    if (!name.empty() && names_.size() < names_max && std::find(names_.begin(), names_.end(), name) == names_.end()) {
        names_.push_back(name);
    }
}

std::vector<file_progress> chat::progress() const {
    std::vector<file_progress> files;
    for (const auto& peer : peers_) {
        if (const std::optional<file_progress> progress = peer->progress()) {
            files.push_back(*progress);
        }
    }
    return files;
}

void chat::finish() {
    const instant limit = clock_now() + last_write_limit;
    while (!session_.output().empty() && !is_write_broken_ && clock_now() < limit) {
        write_server();
        pollfd watched{.fd = server_.descriptor(), .events = POLLOUT, .revents = 0};
        if (!session_.output().empty()) {
            ::poll(&watched, 1, poll_time(limit));
        }
    }
    if (end_->reason != end_reason::left) {
        return;  // nobody waits for what we might still say
    }
    for (const auto& peer : peers_) {
        peer->finish(drain_timeout);
    }
    server_.finish_writing();
    server_.drain(drain_timeout);
}

}  // namespace chatos::client
