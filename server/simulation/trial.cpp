#include "simulation/trial.hpp"

#include "simulation/simulation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace chatos::core::simulation {

namespace {

constexpr std::uint32_t operations_after_drain = 300;

// The progress of the child, in shared memory.
struct report {
    std::uint64_t operations{0};
    std::uint64_t drain_at{UINT64_MAX};
    std::uint64_t events{0};
    std::uint64_t packets{0};
    std::uint64_t deliveries{0};
    std::uint64_t connections{0};
    double cpu_seconds{0};
    bool finished{false};
    std::array<char, 128> rule{};
    std::array<char, 512> detail{};
};

double cpu_seconds_now() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

template <std::size_t Size>
void copy_text(std::string_view text, std::array<char, Size>& to) {
    to[text.copy(to.data(), Size - 1)] = '\0';
}

void tell_end(const simulation& done, report& report) {
    const statistics counted = done.count();
    report.events = done.events();
    report.deliveries = counted.deliveries_made;
    report.connections = counted.connections_opened;
    for (const std::uint64_t packets : counted.packets_by_opcode) {
        report.packets += packets;
    }
    copy_text(done.first_failure().rule, report.rule);
    copy_text(done.first_failure().detail, report.detail);
    report.finished = true;
}

// Runs `play(report&)` in a child process; the report shows how far it came even when the child is killed.
template <typename Play>
outcome run_apart(Play&& play) {
    void* shared = ::mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return {.first_failure = {"no simulation", "no memory to share with it"}};
    }
    auto* reported = new (shared) report{};
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr rlimit no_core_file{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core_file);
        const double begin = cpu_seconds_now();
        play(*reported);
        reported->cpu_seconds = cpu_seconds_now() - begin;
        ::_exit(0);
    }
    int status = 0;
    const bool waited = child > 0 && ::waitpid(child, &status, 0) == child;
    outcome end{.first_failure = {reported->rule.data(), reported->detail.data()},
                .operations = reported->operations,
                .drain_at = reported->drain_at,
                .events = reported->events,
                .packets = reported->packets,
                .deliveries = reported->deliveries,
                .connections = reported->connections,
                .cpu_seconds = reported->cpu_seconds};
    if (!waited) {
        end.first_failure = {"no simulation", "the process could not be started"};
    } else if (!reported->finished) {
        end.first_failure = {"the core gives up", WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                                                      : "exit " + std::to_string(WEXITSTATUS(status))};
    }
    ::munmap(shared, sizeof(report));
    return end;
}

bool read_setting(std::string_view line, setting& parameters) {
    const auto number = [&line](std::string_view name, auto& value) {
        if (!line.starts_with(name)) {
            return false;
        }
        line.remove_prefix(name.size());
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
        line.remove_prefix(static_cast<std::size_t>(end - line.data()));
        return error == std::errc{};
    };
    return number("seed ", parameters.seed) && number(" users ", parameters.users) && line.empty() &&
           parameters.users != 0 && parameters.users <= setting::users_max;
}

}  // namespace

outcome run_schedule(const setting& setting, std::uint64_t events, const subject_maker& make) {
    return run_apart([&](report& report) {
        schedule plan{setting};
        simulation played{setting, make};
        bool well = true;
        const auto play = [&](const operation& operation) {
            ++report.operations;
            well = played.play(operation);
        };
        while (well && played.events() < events) {
            play(plan.next());
        }
        if (well && plan.drains_early()) {
            report.drain_at = report.operations;
            play({.kind = operation_kind::drain});
            for (std::uint32_t i = 0; well && i < operations_after_drain; ++i) {
                play(plan.next());
            }
        }
        if (well) {
            static_cast<void>(played.come_to_rest());
        }
        tell_end(played, report);
    });
}

outcome run_list(const setting& setting, std::span<const operation> list, const subject_maker& make) {
    return run_apart([&](report& report) {
        simulation played{setting, make};
        bool well = true;
        for (const operation& operation : list) {
            ++report.operations;
            well = well && played.play(operation);
            if (!well) {
                break;
            }
        }
        if (well) {
            static_cast<void>(played.come_to_rest());
        }
        tell_end(played, report);
    });
}

std::vector<operation> operations_of(const setting& setting, const outcome& end) {
    schedule plan{setting};
    std::vector<operation> list;
    list.reserve(end.operations);
    while (list.size() < end.operations) {
        list.push_back(list.size() == end.drain_at ? operation{.kind = operation_kind::drain} : plan.next());
    }
    return list;
}

std::string text_of(const setting& setting, std::span<const operation> list) {
    std::string text = "seed " + std::to_string(setting.seed) + " users " + std::to_string(setting.users) + "\n";
    for (const operation& operation : list) {
        const std::string plain = text_of(operation);
        text += plain + std::string(plain.size() < 40 ? 40 - plain.size() : 1, ' ') + "# " + in_words(operation) + "\n";
    }
    return text;
}

replay replay_from(std::string_view text) {
    replay read{};
    bool begun = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
        if (line.empty()) {
            continue;
        }
        const auto it = begun ? operation_from(line) : std::nullopt;
        if (begun ? !it : !read_setting(line, read.settings)) {
            read.fault = "line " + std::to_string(number) +
                         (begun ? " is no operation: " : " should be \"seed N users N\": ") + std::string{line};
            return read;
        }
        if (begun) {
            read.list.push_back(*it);
        }
        begun = true;
    }
    if (!begun) {
        read.fault = "it is empty; the first line should be \"seed N users N\"";
    }
    return read;
}

}  // namespace chatos::core::simulation
