#include "client/terminal/terminal.hpp"

#include "base/text_columns.hpp"
#include "base/utf8_text.hpp"
#include "client/terminal/completion.hpp"
#include "client/terminal/status_line.hpp"

#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <cwchar>
#include <histedit.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace chatos::client {
namespace {

constexpr int history_lines = 500;
constexpr std::size_t columns_default = 80;
constexpr std::size_t prompt_columns_spared = 20;  // of the line, for what is typed

constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view magenta = "\x1b[35m";
constexpr std::string_view plain = "\x1b[0m";
// Of names: bright enough on dark and light.
constexpr std::array<std::string_view, 6> name_colours{"\x1b[1;31m", "\x1b[1;32m", "\x1b[1;33m",
                                                       "\x1b[1;34m", "\x1b[1;35m", "\x1b[1;36m"};

std::size_t terminal_columns() {
    ::winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : columns_default;
}

/// libedit turns our UTF-8 into wide characters by the locale, which must therefore be one of UTF-8.
void use_utf8() {
    const char* locale = std::setlocale(LC_CTYPE, "");
    if (locale == nullptr || std::string_view{::nl_langinfo(CODESET)} != "UTF-8") {
        std::setlocale(LC_CTYPE, "C.UTF-8");
    }
}

/// The row of the cursor below the row where the prompt begins. libedit shows a control character as two: "^A".
std::size_t rows_above_cursor(std::string_view text, std::size_t columns) {
    std::size_t row = 0;
    std::size_t column = 0;
    while (!text.empty()) {
        const auto [code_point, bytes] = base::first_character(text);
        text.remove_prefix(bytes);
        const bool is_control = code_point < 0x20 || code_point == 0x7F;
        const std::size_t taken = code_point == '\t' ? 8 - column % 8 : is_control ? 2 : base::columns_of(code_point);
        if (column + taken > columns) {
            ++row;
            column = 0;
        }
        column += taken;
        if (column >= columns) {
            ++row;
            column = 0;
        }
    }
    return row;
}

std::string clock_text() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 8> text{};
    std::strftime(text.data(), text.size(), "%H:%M ", &local);
    return text.data();
}

std::string_view color_of_name(std::string_view name) {
    return name_colours[std::hash<std::string_view>{}(name) % name_colours.size()];
}

}  // namespace

struct terminal::editor {
    explicit editor(terminal& owner) : owner_{owner}, library{::el_init("chatos-client", stdin, stdout, stderr)} {
        HistEvent ignored{};
        past = ::history_init();
        ::history(past, &ignored, H_SETSIZE, history_lines);
        ::history(past, &ignored, H_SETUNIQUE, 1);
        ::el_set(library, EL_CLIENTDATA, this);
        ::el_set(library, EL_EDITOR, "emacs");
        ::el_set(library, EL_SIGNAL, 0);
        ::el_set(library, EL_HIST, ::history, past);
        ::el_set(library, EL_PROMPT, &give_prompt);
        ::el_set(library, EL_GETCFN, &give_character);
        ::el_set(library, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    }
    editor(const editor&) = delete;
    editor& operator=(const editor&) = delete;
    ~editor() {
        ::el_end(library);
        ::history_end(past);
    }

    static editor& of(EditLine* library) {
        void* data = nullptr;
        ::el_get(library, EL_CLIENTDATA, &data);
        return *static_cast<editor*>(data);
    }
    static char* give_prompt(EditLine* library) { return of(library).prompt.data(); }
    static int give_character(EditLine* library, wchar_t* character) { return of(library).next_character(*character); }

    int next_character(wchar_t& character);
    bool take_character(wchar_t& character);
    void read_keys();
    void stop();
    void update_prompt();
    void complete();

    terminal& owner_;
    EditLine* library;
    History* past{nullptr};
    chat* with{nullptr};
    std::string prompt{"> "};
    std::string keys;  ///< typed, and not taken by libedit yet
    bool is_editing{false};
    bool has_ended{false};  ///< no more keys will come
};

/// 1, or 0 when there will be none any more.
int terminal::editor::next_character(wchar_t& character) {
    while (true) {
        if (take_character(character)) {
            if (character != L'\t') {
                return 1;
            }
            // Not as a function of libedit's (EL_ADDFN): it never frees what it knows about those.
            complete();
            continue;
        }
        if (with->is_over() || has_ended) {
            owner_.hide_line();
            return 0;
        }
        const instant now = std::chrono::steady_clock::now();
        const turn_result turn = with->turn(STDIN_FILENO, next_prompt_change(with->undecided(), now));
        if (turn.is_stopped) {
            stop();
        }
        if (turn.is_resized) {
            ::el_resize(library);
        }
        if (turn.has_input) {
            read_keys();
        }
        update_prompt();
    }
}

bool terminal::editor::take_character(wchar_t& character) {
    while (!keys.empty()) {
        std::mbstate_t state{};
        const std::size_t bytes = std::mbrtowc(&character, keys.data(), keys.size(), &state);
        if (bytes == static_cast<std::size_t>(-2)) {
            return false;  // the rest of it is on its way
        }
        if (bytes == static_cast<std::size_t>(-1)) {
            keys.erase(0, 1);  // no character at all
            continue;
        }
        keys.erase(0, bytes == 0 ? 1 : bytes);
        return true;
    }
    return false;
}

void terminal::editor::read_keys() {
    std::array<char, 4'096> buffer{};
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got > 0) {
        keys.append(buffer.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        has_ended = true;
    }
}

/// Ctrl-Z: the terminal is as the shell wants it while we are stopped.
void terminal::editor::stop() {
    owner_.hide_line();
    std::fflush(stdout);
    ::el_set(library, EL_PREP_TERM, 0);
    ::raise(SIGSTOP);
    ::el_set(library, EL_PREP_TERM, 1);
    owner_.redraw();
}

void terminal::editor::update_prompt() {
    const std::size_t columns = terminal_columns();
    const std::size_t columns_max = columns > 2 * prompt_columns_spared ? columns - prompt_columns_spared : 0;
    std::string next = prompt_text(with->undecided(), with->progress(), std::chrono::steady_clock::now(), columns_max);
    if (next != prompt && !with->is_over()) {
        owner_.hide_line();  // as long as the old prompt tells where it is
        prompt = std::move(next);
        owner_.redraw();
    }
}

void terminal::editor::complete() {
    const LineInfo* line = ::el_line(library);
    const completion completed =
        client::complete({line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)}, with->names());
    if (!completed.insert.empty()) {
        owner_.hide_line();
        ::el_insertstr(library, completed.insert.c_str());
        owner_.redraw();
        return;
    }
    if (completed.choices.empty()) {
        std::fputc('\a', stdout);
        std::fflush(stdout);
        return;
    }
    std::string all;
    for (const std::string& choice : completed.choices) {
        all += choice + "  ";
    }
    owner_.print(all);
}

terminal::terminal(bool is_colored) : is_colored_{is_colored} {
    use_utf8();
    editor_ = std::make_unique<editor>(*this);
}

terminal::~terminal() = default;

bool terminal::is_broken() const {
    return std::ferror(stdout) != 0;
}

void terminal::show(const session_event& event) {
    // The progress of a file is shown in the prompt.
    if (const auto* file = std::get_if<file_moved>(&event); file != nullptr && file->state == file_state::moving) {
        return;
    }
    if (const auto* waiting = std::get_if<request_waits>(&event); waiting != nullptr && waiting->ahead != 0) {
        print(formatted({line_kind::news, {}, "waits its turn, " + std::to_string(waiting->ahead) + " before it"}));
        return;
    }
    const worded_line line = in_words(event);
    if (line.kind != line_kind::silent) {
        print(formatted(line));
    }
}

std::string terminal::colored(std::string_view color, std::string_view text) const {
    return is_colored_ ? std::string{color} + std::string{text} + std::string{plain} : std::string{text};
}

std::string terminal::formatted(const worded_line& line) const {
    const std::string time = colored(dim, clock_text());
    switch (line.kind) {
    case line_kind::message: return time + colored(color_of_name(line.name), line.name + ":") + " " + line.text;
    case line_kind::private_message: return time + colored(magenta, "(" + line.name + ")") + " " + line.text;
    case line_kind::news: return time + colored(dim, plain_text(line));
    case line_kind::problem: return time + colored(yellow, plain_text(line));
    case line_kind::silent: return {};
    }
    return {};
}

/// Above the line being typed, which moves down whole.
void terminal::print(const std::string& line) {
    hide_line();
    for (const char character : line) {
        if (character == '\n') {
            std::fputc('\r', stdout);
        }
        std::fputc(character, stdout);
    }
    std::fputs("\r\n", stdout);
    redraw();
}

void terminal::hide_line() {
    if (!editor_->is_editing) {
        return;
    }
    const LineInfo* line = ::el_line(editor_->library);
    const std::string before =
        editor_->prompt + std::string{line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)};
    const std::size_t rows = rows_above_cursor(before, terminal_columns());
    if (rows != 0) {
        std::fprintf(stdout, "\x1b[%zuA", rows);
    }
    std::fputs("\r\x1b[J", stdout);
}

void terminal::redraw() {
    if (editor_->is_editing) {
        ::el_set(editor_->library, EL_REFRESH);
    }
    std::fflush(stdout);
}

void terminal::talk(chat& with) {
    editor_->with = &with;
    while (!with.is_over() && !editor_->has_ended) {
        int characters = 0;
        editor_->update_prompt();
        editor_->is_editing = true;
        const char* line = ::el_gets(editor_->library, &characters);
        editor_->is_editing = false;
        if (line == nullptr || characters <= 0) {
            break;
        }
        enter(line);
    }
    // Of what was typed nothing stays, nor of libedit's "^D".
    std::fputs("\r\x1b[J", stdout);
    std::fflush(stdout);
    with.leave_when_done();
    while (!with.is_over()) {
        static_cast<void>(with.turn(-1, std::nullopt));
    }
}

void terminal::enter(std::string line) {
    while (line.ends_with('\n') || line.ends_with('\r')) {
        line.pop_back();
    }
    if (!line.empty()) {
        HistEvent ignored{};
        ::history(editor_->past, &ignored, H_ENTER, line.c_str());
    }
    editor_->with->enter(line);
    if (editor_->with->is_leaving() && !editor_->with->is_over()) {
        show(notice{"leaving once everything is sent and answered; /quit again leaves at once", false});
    }
}

bool is_on_terminal() {
    const char* kind = std::getenv("TERM");
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && *kind != '\0' &&
           std::string_view{kind} != "dumb";
}

}  // namespace chatos::client
