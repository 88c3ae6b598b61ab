// core_simulation: simulates the core from seeds; what fails is made short and can be replayed.
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
    setting chosen{};
    std::uint64_t events{1'000'000};
    std::uint64_t last_seed{1};
    std::string replay_file{};
    std::string save_file{};
    subject_maker make{honest_subject};
};

int complain(const std::string& what) {
    std::cerr << "core_simulation: " << what << "\n";
    return 2;
}

void print_figures(const setting& chosen, const outcome& end) {
    const double per_second = end.cpu_seconds > 0 ? static_cast<double>(end.events) / end.cpu_seconds : 0;
    std::printf("seed %llu users %u: %llu events, %llu operations, %llu connections, %llu packets from clients, %llu "
                "deliveries; %.3f CPU seconds, %.0f events per CPU second\n",
                static_cast<unsigned long long>(chosen.seed), chosen.users, static_cast<unsigned long long>(end.events),
                static_cast<unsigned long long>(end.operations), static_cast<unsigned long long>(end.connections),
                static_cast<unsigned long long>(end.packets), static_cast<unsigned long long>(end.deliveries),
                end.cpu_seconds, per_second);
    std::fflush(stdout);
}

void print_failure(const failure& found) {
    std::printf("found: %s (%s)\n", found.rule.c_str(), found.detail.c_str());
    std::fflush(stdout);
}

int shrink_and_print(const request& asked, const setting& chosen, const outcome& end) {
    print_failure(end.found);
    std::printf("again: core_simulation --seed %llu --users %u --events %llu\n",
                static_cast<unsigned long long>(chosen.seed), chosen.users,
                static_cast<unsigned long long>(asked.events));
    std::fflush(stdout);
    const auto same = [&](std::span<const operation> list) {
        return run_list(chosen, list, asked.make).found.rule == end.found.rule;
    };
    const auto list = shrink(operations_of(chosen, end), same);
    const std::string text = text_of(chosen, list);
    std::printf(
        "shrunk from %llu operations to %zu; with these lines in FILE, core_simulation --replay FILE shows it:\n%s",
        static_cast<unsigned long long>(end.operations), list.size(), text.c_str());
    if (!asked.save_file.empty()) {
        std::ofstream file{asked.save_file};
        file << text;
        if (!file.flush()) {
            complain("cannot write " + asked.save_file + "; the list is on standard output");
        }
    }
    return 1;
}

int play_again(const request& asked) {
    const std::string& name = asked.replay_file;
    std::ifstream file{name};
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) {
        return complain("cannot read " + name + "; give a file with a list that core_simulation printed");
    }
    const replay read = replay_from(text.str());
    if (!read.fault.empty()) {
        return complain(name + ": " + read.fault);
    }
    const outcome end = run_list(read.chosen, read.list, asked.make);
    print_figures(read.chosen, end);
    if (end.failed()) {
        print_failure(end.found);
        return 1;
    }
    std::printf("found nothing\n");
    return 0;
}

// "5" or "1-100".
bool read_seeds(const std::string& text, request& asked) {
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, asked.chosen.seed);
    asked.last_seed = asked.chosen.seed;
    if (first.ec != std::errc{} || first.ptr == end) {
        return first.ec == std::errc{};
    }
    const auto last = std::from_chars(first.ptr + 1, end, asked.last_seed);
    return *first.ptr == '-' && last.ec == std::errc{} && last.ptr == end && asked.last_seed >= asked.chosen.seed;
}

bool plant(const std::string& name, request& asked) {
    for (const planted_fault& one : planted_faults()) {
        if (one.name == name) {
            asked.make = one.make;
            return true;
        }
    }
    return false;
}

int run_seeds(const request& asked) {
    outcome all{};
    for (std::uint64_t seed = asked.chosen.seed; seed <= asked.last_seed; ++seed) {
        const setting chosen{.seed = seed, .users = asked.chosen.users};
        const outcome end = run_schedule(chosen, asked.events, asked.make);
        print_figures(chosen, end);
        if (end.failed()) {
            return shrink_and_print(asked, chosen, end);
        }
        all.events += end.events;
        all.cpu_seconds += end.cpu_seconds;
    }
    if (asked.last_seed != asked.chosen.seed) {
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
    request asked{};
    std::string seeds;
    auto* const seed =
        app.add_option("--seed", asked.chosen.seed, "what everything follows from")->capture_default_str();
    app.add_option("--seeds", seeds, "several, as FIRST-LAST")->excludes(seed);
    app.add_option("--events", asked.events, "per seed, before everything comes to rest")->capture_default_str();
    app.add_option("--users", asked.chosen.users, "people who come and go")
        ->check(CLI::Range(1U, setting::users_max))
        ->capture_default_str();
    app.add_option("--replay", asked.replay_file, "plays the list of operations in this file");
    app.add_option("--save", asked.save_file, "where to write the list of a failure as well");
    std::string fault;
    app.add_option("--fault", fault, "plants a fault, to see what a finding looks like: swaps_two_answers, ...");
    app.set_version_flag("--version", CHATOS_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    asked.last_seed = asked.chosen.seed;
    if (!seeds.empty() && !read_seeds(seeds, asked)) {
        return complain("--seeds cannot be " + seeds + "; give two numbers, the smaller first, such as 1-100");
    }
    if (!fault.empty() && !plant(fault, asked)) {
        std::string names;
        for (const planted_fault& one : planted_faults()) {
            names += " " + one.name;
        }
        return complain("--fault cannot be " + fault + "; give one of:" + names);
    }
    return asked.replay_file.empty() ? run_seeds(asked) : play_again(asked);
}
