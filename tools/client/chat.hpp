// A person's chat: a session and its socket, the lines that are typed, the events that are shown. Waits in one place.
#pragma once

#include "client/command.hpp"
#include "client/connection.hpp"
#include "client/private/peer.hpp"
#include "client/screen.hpp"
#include "client/session.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::client {

struct chat_options {
    session_options session{};
    private_options files{};
};

/// What a wait brought besides what the chat itself dealt with.
struct turn_result {
    bool has_input{false};   ///< the input can be read, or has ended
    bool is_resized{false};  ///< the terminal has another size
    bool is_stopped{false};  ///< the person wants to stop the program (SIGTSTP)
};

class chat {
public:
    /// `server` is connected. `signals` is a signalfd for SIGINT, SIGTERM and SIGHUP, on a
    /// terminal for SIGWINCH and SIGTSTP, too. The screen must outlive
    /// the chat.
    chat(connection server, int signals, std::string pseudo, const chat_options& options, screen& shown);

    /// Does what a typed line says.
    void enter(std::string_view line);
    /// Leaves once everything asked for has its answer.
    void leave_when_done() { is_leaving_ = true; }
    [[nodiscard]] bool is_leaving() const noexcept { return is_leaving_; }
    /// Leaves now; what is under way is abandoned, what came has its answers.
    void leave_now();
    /// False while so many requests wait that a script's next line should wait, too.
    [[nodiscard]] bool wants_lines() const { return session_.has_room(); }

    /// Waits until something happens, at the latest at `wake`, and deals with it. `input` is watched for the caller;
    /// -1 watches none.
    turn_result turn(int input, std::optional<instant> wake);

    [[nodiscard]] bool is_over() const noexcept { return end_.has_value(); }
    /// How it ended; only once it is over.
    [[nodiscard]] const session_ended& end() const { return *end_; }
    /// Sends what is still to be sent, and closes so that nothing of it is lost.
    void finish();

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] std::vector<undecided_contact> undecided() const { return session_.undecided(); }
    [[nodiscard]] std::vector<file_progress> progress() const;

private:
    void request(request_kind kind, const command& typed);
    void decide(const command& typed, bool accepts);
    void quit();
    void use_private(const command& typed);
    void use(private_peer& peer, const command& typed);
    void open_private(const std::string& name);
    void answered_private(const answer_came& answer);
    [[nodiscard]] private_peer* find_private(std::string_view name) const;
    void tell(std::string text, bool is_problem);

    void read_server(instant now);
    void write_server();
    void take_signals(turn_result& result);
    void show_events();
    void remember_names(const session_event& event);
    void follow(const session_event& event);
    void leave_if_done();
    void remember(const std::string& name);

    connection server_;
    int signals_;
    chat_options options_;
    std::string pseudo_;
    screen& screen_;
    session session_;
    std::vector<std::unique_ptr<private_peer>> peers_;
    std::deque<command> held_;  ///< for a private connection that is being asked for
    std::vector<std::byte> buffer_;
    std::vector<std::string> names_;  ///< seen so far, without repetition
    std::optional<session_ended> end_;
    bool is_leaving_{false};
    bool is_write_broken_{false};
};

}  // namespace chatos::client
