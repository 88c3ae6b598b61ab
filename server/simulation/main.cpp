// core_simulation: simulates the core from seeds; a failure is shrunk and can be replayed.
#include "base/usage_text.hpp"
#include "simulation/faulty_subjects.hpp"
#include "simulation/shrink.hpp"
#include "simulation/trial.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace {

using namespace chatos::core::simulation;

struct request {
    setting settings{};
    std::uint64_t events{1'000'000};
    std::uint64_t last_seed{1};
    std::string replay_file{};
    std::string save_file{};
    subject_maker make{honest_subject};
};

int usage_error(const std::string& message) {
    std::cerr << "core_simulation: " << message << "\n";
    return 2;
}

void print_figures(const setting& setting, const outcome& end) {
    const double per_second = end.cpu_seconds > 0 ? static_cast<double>(end.events) / end.cpu_seconds : 0;
    std::printf("seed %llu users %u: %llu events, %llu operations, %llu connections, %llu packets from clients, %llu "
                "deliveries; %.3f CPU seconds, %.0f events per CPU second\n",
                static_cast<unsigned long long>(setting.seed), setting.users,
                static_cast<unsigned long long>(end.events), static_cast<unsigned long long>(end.operations),
                static_cast<unsigned long long>(end.connections), static_cast<unsigned long long>(end.packets),
                static_cast<unsigned long long>(end.deliveries), end.cpu_seconds, per_second);
    std::fflush(stdout);
}

void print_failure(const failure& failure) {
    std::printf("found: %s (%s)\n", failure.rule.c_str(), failure.detail.c_str());
    std::fflush(stdout);
}

int shrink_and_print(const request& request, const setting& setting, const outcome& end) {
    print_failure(end.first_failure);
    std::printf("again: core_simulation --seed %llu --users %u --events %llu\n",
                static_cast<unsigned long long>(setting.seed), setting.users,
                static_cast<unsigned long long>(request.events));
    std::fflush(stdout);
    const auto same = [&](std::span<const operation> list) {
        return run_list(setting, list, request.make).first_failure.rule == end.first_failure.rule;
    };
    const auto list = shrink(operations_of(setting, end), same);
    const std::string text = text_of(setting, list);
    std::printf(
        "shrunk from %llu operations to %zu; with these lines in FILE, core_simulation --replay FILE shows it:\n%s",
        static_cast<unsigned long long>(end.operations), list.size(), text.c_str());
    if (!request.save_file.empty()) {
        std::ofstream file{request.save_file};
        file << text;
        if (!file.flush()) {
            usage_error("cannot write " + request.save_file + "; the list is on standard output");
        }
    }
    return 1;
}

int play_again(const request& request) {
    const std::string& name = request.replay_file;
    std::ifstream file{name};
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
        return usage_error("cannot read " + name + "; expected a file with a list that core_simulation printed");
    }
    const replay read = replay_from(text.str());
    if (!read.fault.empty()) {
        return usage_error(name + ": " + read.fault);
    }
    const outcome end = run_list(read.settings, read.list, request.make);
    print_figures(read.settings, end);
    if (end.failed()) {
        print_failure(end.first_failure);
        return 1;
    }
    std::printf("found nothing\n");
    return 0;
}

// "5" or "1-100".
bool read_seeds(const std::string& text, request& request) {
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, request.settings.seed);
    request.last_seed = request.settings.seed;
    if (first.ec != std::errc{} || first.ptr == end) {
        return first.ec == std::errc{};
    }
    const auto last = std::from_chars(first.ptr + 1, end, request.last_seed);
    return *first.ptr == '-' && last.ec == std::errc{} && last.ptr == end && request.last_seed >= request.settings.seed;
}

bool plant(const std::string& name, request& request) {
    for (const planted_fault& fault : planted_faults()) {
        if (fault.name == name) {
            request.make = fault.make;
            return true;
        }
    }
    return false;
}

int run_seeds(const request& request) {
    outcome all{};
    for (std::uint64_t seed = request.settings.seed; seed <= request.last_seed; ++seed) {
        const setting setting{.seed = seed, .users = request.settings.users};
        const outcome end = run_schedule(setting, request.events, request.make);
        print_figures(setting, end);
        if (end.failed()) {
            return shrink_and_print(request, setting, end);
        }
        all.events += end.events;
        all.cpu_seconds += end.cpu_seconds;
    }
    if (request.last_seed != request.settings.seed) {
        std::printf("all seeds: %llu events; %.3f CPU seconds, %.0f events per CPU second\n",
                    static_cast<unsigned long long>(all.events), all.cpu_seconds,
                    static_cast<double>(all.events) / all.cpu_seconds);
    }
    std::printf("found nothing\n");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates many users of the server's core from a seed. Exit: 0 nothing found, 1 a failure, which is\n"
                 "shrunk and printed, 2 usage.\n\nExamples:\n  core_simulation --seed 1 --events 20000000\n"
                 "  core_simulation --seeds 1-1000 --users 24\n  core_simulation --replay failure.txt"};
    request request{};
    std::string seeds;
    auto* const seed = app.add_option("--seed", request.settings.seed, "seed of the simulation")->capture_default_str();
    app.add_option("--seeds", seeds, "a range of seeds, FIRST-LAST")->excludes(seed);
    app.add_option("--events", request.events, "events per seed, before all clients finish")->capture_default_str();
    app.add_option("--users", request.settings.users, "number of simulated users")
        ->check(CLI::Range(1U, setting::users_max))
        ->capture_default_str();
    app.add_option("--replay", request.replay_file, "replay the list of operations in this file");
    app.add_option("--save", request.save_file, "also write the list of a failure to this file");
    std::string fault;
    app.add_option("--fault", fault, "plant a fault, to see what a failure looks like: swaps_two_answers, ...");
    app.set_version_flag("--version", CHATOS_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& wish) {
        return app.exit(wish);
    } catch (const CLI::ParseError& error) {
        return usage_error(chatos::base::usage_text(app, error) + "; see core_simulation --help");
    }
    request.last_seed = request.settings.seed;
    if (!seeds.empty() && !read_seeds(seeds, request)) {
        return usage_error("--seeds: invalid value '" + seeds +
                           "': expected two numbers, the smaller first, such as 1-100");
    }
    if (!fault.empty() && !plant(fault, request)) {
        std::string names;
        for (const planted_fault& planted : planted_faults()) {
            names += " " + planted.name;
        }
        return usage_error("--fault: invalid value '" + fault + "': expected one of:" + names);
    }
    return request.replay_file.empty() ? run_seeds(request) : play_again(request);
}
