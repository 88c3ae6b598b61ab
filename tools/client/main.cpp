// chatos-client: flags in, exit code out. What is said to the server is session.hpp's business, what is shown
// screen.hpp's.
#include "base/shown_text.hpp"
#include "base/system/socket_address.hpp"
#include "base/system/terminal_colors.hpp"
#include "base/usage_text.hpp"
#include "client/chat.hpp"
#include "client/line_reader.hpp"
#include "client/name_text.hpp"
#include "client/terminal/terminal.hpp"
#include "client/words.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace chatos::client;

enum exit_code : int {
    left = 0,
    output_lost = 1,
    bad_usage = 2,
    no_connection = 3,
    pseudo_taken = 4,
    not_admitted = 5
};

constexpr auto examples = R"(Examples:
  chatos-client 127.0.0.1:7777 --pseudo alice         chat; /help lists the commands
  chatos-client unix:/run/chatos.sock --pseudo alice
  chatos-client '[::1]:7777' --pseudo bob --json      events as JSON, one object per line
  echo '/msg bob hello' | chatos-client 127.0.0.1:7777 --pseudo alice
                                                      lines in, lines out; leaves when everything is answered

Exit: 0 left; 1 nobody reads the output any more; 2 usage; 3 no connection, or it was lost, or the server broke the
protocol; 4 the pseudo is taken; 5 refused, or the server is full.)";

constexpr std::chrono::milliseconds connect_limit{10'000};
// The longest message with the longest command before it.
constexpr std::size_t line_bytes_max = 70'000;

struct flags {
    std::string server;
    std::string pseudo;
    chat_options chat{};
    bool is_json{false};
};

int report_error(exit_code code, const std::string& problem) {
    std::fprintf(stderr, "chatos-client: %s\n", problem.c_str());
    return code;
}

void describe(CLI::App& app, flags& options) {
    app.name("chatos-client");
    app.set_version_flag("--version", std::string{"chatos-client "} + CHATOS_VERSION);
    app.footer(examples);
    app.add_option("SERVER", options.server, "HOST:PORT (tries all addresses of HOST), [IPv6]:PORT or unix:PATH")
        ->required()
        ->type_name("");
    app.add_option("--pseudo", options.pseudo, "The name that others see")->required()->type_name("NAME");
    app.add_flag("--json", options.is_json, "Print events as JSON, one object per line (client-event.schema.json)");
    app.add_option_function<std::string>(
           "--downloads",
           [&options](const std::string& folder) {
               options.chat.files.downloads = folder;
               options.chat.files.saves_unasked = true;
           },
           "Save offered files in this folder unasked (otherwise /save saves them where you are)")
        ->check(CLI::ExistingDirectory.description(""))
        ->type_name("DIR");
    app.add_option("--file-bytes-max", options.chat.files.file_bytes_max, "Refuse larger files")
        ->capture_default_str()
        ->type_name("BYTES");
    const auto limit = [&app](const char* flag, std::chrono::milliseconds& value, const char* meaning) {
        app.add_option_function<std::uint32_t>(
               flag, [&value](std::uint32_t count) { value = std::chrono::milliseconds{count}; }, meaning)
            ->check(CLI::Range(1U, 86'400'000U).description(""))
            ->default_str(std::to_string(value.count()))
            ->type_name("MS");
    };
    limit("--decision-limit-ms", options.chat.session.decision_limit,
          "Refuse a private connection that nobody accepts within this");
    limit("--answer-limit-ms", options.chat.session.answer_limit,
          "Give the server up when it owes an answer for this long");
}

/// The signals that end a chat or resize it, as something to be waited for.
int watch_signals(bool is_terminal) {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&wanted, signal);
    }
    if (is_terminal) {
        ::sigaddset(&wanted, SIGWINCH);
        ::sigaddset(&wanted, SIGTSTP);
    }
    ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
    return ::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

void enter_lines(chat& talk, line_reader& lines, screen& shown) {
    while (talk.wants_lines() && !talk.is_over()) {
        const std::optional<input_line> line = lines.take_line();
        if (!line) {
            return;
        }
        if (line->is_too_long) {
            shown.show(notice{"not sent: the line is longer than " + std::to_string(line_bytes_max) + " bytes", true});
        } else {
            talk.enter(line->text);
        }
    }
}

/// Lines from a pipe or a file. They wait there while too many requests wait here.
void talk_by_lines(chat& talk, screen& shown) {
    line_reader lines{line_bytes_max};
    std::array<char, 16'384> buffer{};
    bool has_ended = false;
    while (!talk.is_over()) {
        enter_lines(talk, lines, shown);
        const bool reads = talk.wants_lines() && !has_ended;
        if (has_ended && talk.wants_lines()) {
            talk.leave_when_done();
        }
        if (talk.turn(reads ? STDIN_FILENO : -1, std::nullopt).has_input) {
            const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
            if (got > 0) {
                lines.add({buffer.data(), static_cast<std::size_t>(got)});
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                lines.finish();
                has_ended = true;
            }
        }
    }
}

int exit_code_of(const session_ended& end) {
    switch (end.reason) {
    case end_reason::left: return left;
    case end_reason::pseudo_taken: return pseudo_taken;
    case end_reason::full:
    case end_reason::refused: return not_admitted;
    case end_reason::lost:
    case end_reason::silent:
    case end_reason::broken_protocol: return no_connection;
    }
    return no_connection;
}

int finish(chat& talk, const screen& shown, const flags& options) {
    talk.finish();
    const int code = exit_code_of(talk.end());
    if (code != left) {
        return report_error(static_cast<exit_code>(code), meaning(talk.end(), options.pseudo));
    }
    return shown.is_broken() ? report_error(output_lost, "nobody reads the output any more; left") : left;
}

int run(const flags& options) {
    const chatos::base::endpoint_result server = chatos::base::parse_endpoint(options.server);
    if (!server.fault.empty()) {
        return report_error(bad_usage, server.fault);
    }
    const std::string fault =
        session::find_fault(request_kind::private_contact, options.pseudo, "", options.chat.session.bounds);
    if (!fault.empty()) {
        return report_error(bad_usage, "--pseudo cannot be: " + fault);
    }
    chatos::base::connect_result connected = chatos::base::connect_to(server.value, connect_limit);
    if (!connected.fault.empty()) {
        return report_error(no_connection, "cannot connect to " + chatos::base::printable(options.server) + ": " +
                                               connected.fault +
                                               "; start a server there (chatos-server), or name another");
    }
    if (!options.is_json && is_on_terminal()) {
        const int signals = watch_signals(true);
        terminal shown{chatos::base::wants_colors(STDOUT_FILENO)};
        chat talk{connection{std::move(connected.socket), connected.address}, signals, options.pseudo, options.chat,
                  shown};
        shown.talk(talk);
        return finish(talk, shown, options);
    }
    const int signals = watch_signals(false);
    std::unique_ptr<screen> shown;
    if (options.is_json) {
        shown = std::make_unique<json_screen>(STDOUT_FILENO);
    } else {
        shown = std::make_unique<line_screen>(STDOUT_FILENO);
    }
    chat talk{connection{std::move(connected.socket), connected.address}, signals, options.pseudo, options.chat,
              *shown};
    talk_by_lines(talk, *shown);
    return finish(talk, *shown, options);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Chat on a ChatOS 1.0 server, from a terminal or a pipe.", "chatos-client"};
    flags options;
    describe(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& problem) {
        return report_error(bad_usage, chatos::base::usage_text(app, problem) + "; see chatos-client --help");
    }
    return run(options);
}
