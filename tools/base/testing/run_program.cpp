#include "base/testing/run_program.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <utility>

namespace chatos::base::testing {
namespace {

constexpr std::chrono::minutes timeout{10};  // reached by a program that hangs, not by one on a busy machine

/// The two ends of what a program writes to. `ours` is closed where nothing can be read back.
struct destination {
    descriptor theirs{};
    descriptor ours{};
};

destination open_destination(stdout_kind kind) {
    switch (kind) {
    case stdout_kind::full_device: return {.theirs = descriptor{::open("/dev/full", O_WRONLY | O_CLOEXEC)}};
    case stdout_kind::closed_pipe: return {.theirs = open_pipe().writer};
    case stdout_kind::pipe: {
        pipe_ends ends = open_pipe();
        return {.theirs = std::move(ends.writer), .ours = std::move(ends.reader)};
    }
    case stdout_kind::terminal: break;
    }
    descriptor ours{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    if (!ours.is_open() || ::grantpt(ours.get()) != 0 || ::unlockpt(ours.get()) != 0) {
        throw std::runtime_error{"no terminal"};
    }
    descriptor theirs{::open(::ptsname(ours.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
    return {.theirs = std::move(theirs), .ours = std::move(ours)};
}

process start(const process_options& options) {
    process program{options};
    if (!program.fault().empty()) {
        throw std::runtime_error{program.fault()};
    }
    return program;
}

program_result finish(process& program, std::string_view input) {
    process_output output = communicate(program, input, timeout);
    if (!output.is_complete || !program.wait_for(timeout)) {
        throw std::runtime_error{"a program does not end; it has written " + output.output + output.errors};
    }
    const process_end end = program.wait();
    return {
        .exit_code = end.by_signal ? -1 : end.code, .out = std::move(output.output), .err = std::move(output.errors)};
}

}  // namespace

program_result run_program(const program_call& call) {
    destination out = open_destination(call.destination);
    process program = start({.command = call.command,
                             .input = call.input.empty() ? stream::null : stream::pipe,
                             .output = out.theirs.get(),
                             .errors = stream::pipe,
                             .environment = call.environment});
    out.theirs.reset();
    program.output() = std::move(out.ours);
    return finish(program, call.input);
}

program_result run_program(const std::vector<std::string>& command) {
    return run_program(program_call{.command = command});
}

process start_program(const std::vector<std::string>& command) {
    return start({.command = command, .output = stream::pipe, .errors = stream::pipe});
}

program_result finish(process& program) {
    return finish(program, {});
}

std::string read_line(const descriptor& from) {
    std::string text;
    char byte = 0;
    while (::read(from.get(), &byte, 1) == 1 && byte != '\n') {
        text += byte;
    }
    return text;
}

std::string read_all(const descriptor& from) {
    std::string text;
    std::array<char, 4'096> buffer{};
    for (ssize_t count = 0; (count = ::read(from.get(), buffer.data(), buffer.size())) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace chatos::base::testing
