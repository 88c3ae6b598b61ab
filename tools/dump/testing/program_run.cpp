#include "dump/testing/program_run.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace chatos::dump::testing {

namespace {

struct closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using temporary_file = std::unique_ptr<std::FILE, closer>;

temporary_file make_file(std::string_view content) {
    temporary_file file{std::tmpfile()};
    if (!file || std::fwrite(content.data(), 1, content.size(), file.get()) != content.size()) {
        throw std::runtime_error{"no temporary file"};
    }
    std::rewind(file.get());
    return file;
}

/// Reads to the end. A terminal whose other side has closed ends with an error, which is an end as well.
std::string read_all(int descriptor) {
    std::string text;
    std::array<char, 4096> piece{};
    for (ssize_t count = 0; (count = ::read(descriptor, piece.data(), piece.size())) > 0;) {
        text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
}

/// The two ends of what the program writes to; `ours` is -1 where nothing can be read back.
struct destination {
    int theirs{-1};
    int ours{-1};
};

destination open_destination(stdout_kind kind, std::FILE* file) {
    switch (kind) {
    case stdout_kind::file: return {::dup(::fileno(file)), -1};
    case stdout_kind::full_device: return {::open("/dev/full", O_WRONLY | O_CLOEXEC), -1};
    case stdout_kind::closed_pipe: {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error{"no pipe"};
        }
        ::close(ends[0]);
        return {ends[1], -1};
    }
    case stdout_kind::terminal: {
        const int ours = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (ours < 0 || ::grantpt(ours) != 0 || ::unlockpt(ours) != 0) {
            throw std::runtime_error{"no terminal"};
        }
        return {::open(::ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC), ours};
    }
    }
    return {};
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

program_result run_program(const program_call& call) {
    const temporary_file input = make_file(call.input);
    const temporary_file out = make_file({});
    const temporary_file err = make_file({});
    const destination written = open_destination(call.destination, out.get());

    std::vector<std::string> words{call.program};
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    std::vector<std::string> environment = call.environment;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ::fileno(input.get()), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, written.theirs, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ::fileno(err.get()), STDERR_FILENO);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, call.program.c_str(), &actions, nullptr, pointers_to(words).data(),
                                     pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(written.theirs);
    if (failed != 0) {
        throw std::runtime_error{"cannot start " + call.program};
    }

    program_result result;
    if (written.ours >= 0) {
        result.out = read_all(written.ours);  // before waiting: a terminal holds little
        ::close(written.ours);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (call.destination == stdout_kind::file) {
        std::rewind(out.get());
        result.out = read_all(::fileno(out.get()));
    }
    std::rewind(err.get());
    result.err = read_all(::fileno(err.get()));
    return result;
}

}  // namespace chatos::dump::testing
