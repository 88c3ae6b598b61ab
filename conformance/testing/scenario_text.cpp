#include "testing/scenario_text.hpp"

#include "scenario/load.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace chatos::conformance::testing {

std::string scenario_text(std::string_view steps, std::string_view keys) {
    std::string text = R"({"schema": 1, "title": "a test", )";
    const auto add = [&](std::string_view key, std::string_view value) {
        if (keys.find('"' + std::string{key} + "\":") == std::string_view::npos) {
            text += '"' + std::string{key} + "\": " + std::string{value} + ", ";
        }
    };
    add("id", R"("server.test.steps")");
    add("rules", R"(["PM-4"])");
    add("actors", R"(["alice", "bob", "carol"])");
    return text + std::string{keys} + "\"steps\": " + std::string{steps} + "}";
}

scenario make_scenario(std::string_view steps, std::string_view keys) {
    auto loaded = load_scenario(scenario_text(steps, keys), "test.json");
    if (const auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
        std::string text;
        for (const problem& problem : *problems) {
            text += problem.text() + '\n';
        }
        throw std::runtime_error{text};
    }
    return std::get<scenario>(std::move(loaded));
}

std::string source_file(std::string_view path) {
    std::ifstream stream{std::string{CHATOS_CONFORMANCE_FOLDER} + '/' + std::string{path}, std::ios::binary};
    if (!stream.is_open()) {
        throw std::runtime_error{"no file " + std::string{path}};
    }
    return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace chatos::conformance::testing
