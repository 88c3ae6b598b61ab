#include "matrix/matrix.hpp"

#include "causes/causes.hpp"
#include "report/run_facts.hpp"
#include "runner/described_implementation.hpp"

#include <algorithm>
#include <utility>

namespace chatos::conformance {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view interrupted_text = "not run: the run was interrupted";

std::chrono::milliseconds since(steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - start);
}

/// What a matrix keeps of the report, which may be large.
matrix_suite summary_of(const suite_report& report) {
    matrix_suite suite;
    suite.ran = report.ran() != 0;
    suite.passed = run_passed(report);
    suite.choices = report.choices;
    for (const scenario_report& result : report.scenarios) {
        const auto which = static_cast<std::size_t>(result.verdict);
        ++suite.counts[which];
        ++suite.areas[area_name(*result.scenario)][which];
    }
    for (const cause& each : causes_of(report)) {
        suite.causes.push_back({each.rule, each.begin_with().id, each.effects.size(), each.why, each.hint});
    }
    if (report.gone) {
        suite.obstacle = *report.gone;
        suite.last_output = report.gone_output;
    } else if (!suite.ran) {
        suite.obstacle = "no scenario could run: " + report.scenarios.front().why;
    }
    return suite;
}

class matrix_run {
public:
    matrix_run(std::vector<named_profile> profiles, const catalog& catalog, const matrix_options& options)
        : catalog_{catalog}, options_{options} {
        report_.strict = options.strict;
        report_.started = std::chrono::system_clock::now();
        for (named_profile& each : profiles) {
            const bool is_ambiguous =
                std::count_if(profiles.begin(), profiles.end(), [&](const named_profile& other) {
                    return other.profile.name == each.profile.name && other.profile.role == each.profile.role;
                }) > 1;
            const std::string label = each.profile.name + (is_ambiguous ? " (" + each.path + ')' : "");
            report_.implementations.push_back({each.profile, each.path, label, {}});
        }
        const auto clients = report_.of_role(test_role::client).size();
        cells_ = report_.implementations.size() + clients * (report_.implementations.size() - clients);
    }

    matrix_report run() {
        const auto start = steady_clock::now();
        for (matrix_implementation& each : report_.implementations) {
            announce("the suite against " + each.label);
            run_suite_of(each);
        }
        for (std::size_t client = 0; client < report_.implementations.size(); ++client) {
            for (std::size_t server = 0; server < report_.implementations.size(); ++server) {
                if (report_.implementations[client].is_client() && !report_.implementations[server].is_client()) {
                    run_pair_of(client, server);
                }
            }
        }
        report_.is_interrupted = is_interrupted();
        report_.duration = since(start);
        return std::move(report_);
    }

private:
    [[nodiscard]] bool is_interrupted() const { return options_.is_interrupted && options_.is_interrupted(); }

    void announce(const std::string& text) {
        if (options_.progress) {
            options_.progress(done_, cells_, text);
        }
        ++done_;
    }

    void run_suite_of(matrix_implementation& under_test) {
        std::vector<const scenario*> selected;
        for (const scenario* each : catalog_.selected) {
            if (each->role == under_test.profile.role) {
                selected.push_back(each);
            }
        }
        if (is_interrupted()) {
            under_test.suite.obstacle = interrupted_text;
            return;
        }
        if (selected.empty()) {
            under_test.suite.passed = true;
            return;
        }
        suite_options options;
        options.strict = options_.strict;
        options.time_factor = options_.time_factor;
        options.run_tag = options_.run_tag;
        options.known_failures = under_test.profile.known_failures;
        options.extensions = under_test.profile.extensions;
        options.is_interrupted = options_.is_interrupted;
        std::vector<std::unique_ptr<implementation>> owners;
        std::vector<implementation*> jobs;
        for (std::size_t job = 0; job < options_.jobs; ++job) {
            owners.push_back(described_implementation(under_test.profile, options_.time_factor));
            jobs.push_back(owners.back().get());
        }
        const auto start = steady_clock::now();
        under_test.suite = summary_of(run_suite(selected, catalog_.scenarios, jobs, options));
        under_test.suite.duration = since(start);
        if (is_interrupted() && under_test.suite.obstacle.empty()) {
            under_test.suite.obstacle = under_test.suite.ran ? "the run was interrupted" : interrupted_text;
        }
    }

    void run_pair_of(std::size_t client, std::size_t server) {
        const matrix_implementation& user = report_.implementations[client];
        const matrix_implementation& host = report_.implementations[server];
        announce(user.label + " with " + host.label);
        matrix_pair& pair = report_.pairs.emplace_back();
        pair.client = client;
        pair.server = server;
        if (is_interrupted()) {
            pair.result.obstacle = interrupted_text;
            return;
        }
        // One that never started in its own suite does not get its time to start again for each pair.
        for (const matrix_implementation* each : {&host, &user}) {
            if (!each->suite.obstacle.empty() && !each->suite.ran) {
                pair.result.obstacle =
                    std::string{each->is_client() ? "the client: " : "the server: "} + each->suite.obstacle;
                return;
            }
        }
        pair_options options;
        options.strict = options_.strict;
        options.time_factor = options_.time_factor;
        options.time_max = options_.pair_time;
        options.is_interrupted = options_.is_interrupted;
        const auto under_test = described_server(host.profile, options_.time_factor);
        const auto& extensions = host.profile.extensions;
        pair.result = run_pair(user.profile, *under_test,
                               std::find(extensions.begin(), extensions.end(), "tunnel") != extensions.end(), options);
        if (is_interrupted()) {
            pair.result.obstacle = "the run was interrupted in the middle of this pair";
        }
    }

    const catalog& catalog_;
    const matrix_options& options_;
    matrix_report report_;
    std::size_t cells_{0};
    std::size_t done_{0};
};

}  // namespace

std::vector<const matrix_implementation*> matrix_report::of_role(test_role role) const {
    std::vector<const matrix_implementation*> result;
    for (const matrix_implementation& each : implementations) {
        if (each.profile.role == role) {
            result.push_back(&each);
        }
    }
    return result;
}

const matrix_pair* matrix_report::pair_of(const matrix_implementation& client,
                                          const matrix_implementation& server) const noexcept {
    const auto position = std::find_if(pairs.begin(), pairs.end(), [&](const matrix_pair& pair) {
        return &implementations[pair.client] == &client && &implementations[pair.server] == &server;
    });
    return position == pairs.end() ? nullptr : &*position;
}

bool matrix_report::has_failure() const noexcept {
    return std::any_of(implementations.begin(), implementations.end(),
                       [](const matrix_implementation& each) { return each.suite.ran && !each.suite.passed; }) ||
           std::any_of(pairs.begin(), pairs.end(), [](const matrix_pair& pair) {
               return pair.result.obstacle.empty() && pair.result.verdict == verdict::fail;
           });
}

bool matrix_report::has_obstacle() const noexcept {
    return std::any_of(implementations.begin(), implementations.end(),
                       [](const matrix_implementation& each) { return !each.suite.obstacle.empty(); }) ||
           std::any_of(pairs.begin(), pairs.end(),
                       [](const matrix_pair& pair) { return !pair.result.obstacle.empty(); });
}

matrix_report run_matrix(std::vector<named_profile> profiles, const catalog& catalog, const matrix_options& options) {
    return matrix_run{std::move(profiles), catalog, options}.run();
}

}  // namespace chatos::conformance
