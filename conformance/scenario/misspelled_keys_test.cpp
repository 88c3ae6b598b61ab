// Every kind of slip at every place of a scenario and of a profile is refused at that place: the built-in scenarios,
// the profiles and the good documents of the tables of refused ones are spoiled, key by key.
#include "profile/profile.hpp"
#include "scenario/catalog.hpp"
#include "scenario/load.hpp"
#include "testing/refused_cases.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <set>

namespace chatos::conformance {
namespace {

using json = nlohmann::ordered_json;
using pointer = json::json_pointer;
using loader = std::function<std::vector<problem>(const std::string&)>;

std::vector<problem> problems_of_scenario(const std::string& text) {
    auto loaded = load_scenario(text, "spoiled.json");
    const auto* problems = std::get_if<std::vector<problem>>(&loaded);
    return problems == nullptr ? std::vector<problem>{} : *problems;
}

std::vector<problem> problems_of_profile(const std::string& text) {
    auto loaded = load_profile(text, "spoiled.json");
    const auto* problems = std::get_if<std::vector<problem>>(&loaded);
    return problems == nullptr ? std::vector<problem>{} : *problems;
}

/// Calls `visit` for every object of the document.
void visit_objects(const json& value, const pointer& place, const std::function<void(const pointer&)>& visit) {
    if (value.is_object()) {
        visit(place);
        for (const auto& [key, inner] : value.items()) {
            visit_objects(inner, place / key, visit);
        }
    }
    for (std::size_t index = 0; value.is_array() && index < value.size(); ++index) {
        visit_objects(value[index], place / index, visit);
    }
}

/// Like an object in another place: the path without indexes, and the keys.
std::string shape_of(const json& document, const pointer& place, const std::string& key) {
    std::string shape;
    for (pointer at = place; !at.empty(); at = at.parent_pointer()) {
        shape += at.back().find_first_not_of("0123456789") == std::string::npos ? "/#" : '/' + at.back();
    }
    for (const auto& [sibling, value] : document[place].items()) {
        shape += ' ' + sibling;
    }
    return shape + " @" + key;
}

class SpoiledDocument : public ::testing::Test {
protected:
    /// Spoils each kind of object once.
    void spoil(const std::string& text, const loader& load) {
        const json good = json::parse(text);
        ASSERT_TRUE(load(text).empty()) << text;
        visit_objects(good, pointer{}, [&](const pointer& place) {
            for (const auto& [key, value] : good[place].items()) {
                if (shapes_.insert(shape_of(good, place, key)).second) {
                    misspell(good, place, key, load);
                    replace_by_null(good, place, key, load);
                }
            }
        });
    }

private:
    static void misspell(const json& good, const pointer& place, const std::string& key, const loader& load) {
        json document = good;
        json object = json::object();
        for (const auto& [sibling, value] : good[place].items()) {
            object[sibling == key ? key + "x" : sibling] = value;
        }
        document[place] = object;
        const std::string wanted = (place / (key + "x")).to_string();
        const std::string message = "unknown key \"" + key + "x\"; expected ";
        std::string all;
        for (const problem& problem : load(document.dump(1))) {
            if (problem.pointer == wanted && problem.message.starts_with(message) &&
                problem.message.ends_with("; did you mean \"" + key + "\"?")) {
                return;
            }
            all += problem.text() + '\n';
        }
        FAIL() << "nothing names " << wanted << " and what was meant, but:\n" << all;
    }

    static void replace_by_null(const json& good, const pointer& place, const std::string& key, const loader& load) {
        json document = good;
        document[place][key] = nullptr;
        const std::string wanted = (place / key).to_string();
        std::string all;
        for (const problem& problem : load(document.dump(1))) {
            if (problem.pointer == wanted && problem.message.starts_with("expected ") &&
                problem.message.find("found null") != std::string::npos) {
                EXPECT_NE(problem.line, 0U);
                return;
            }
            all += problem.text() + '\n';
        }
        FAIL() << "nothing says what was expected at " << wanted << ", but:\n" << all;
    }

    std::set<std::string> shapes_;
};

TEST_F(SpoiledDocument, a_misspelled_key_of_a_scenario_is_named_and_so_is_a_value_of_a_wrong_kind) {
    spoil(testing::good_document("scenario/refused_scenarios.json"), problems_of_scenario);
    for (const builtin_file& file : builtin_files()) {
        spoil(std::string{file.text}, problems_of_scenario);
    }
}

TEST_F(SpoiledDocument, a_misspelled_key_of_a_profile_is_named_and_so_is_a_value_of_a_wrong_kind) {
    spoil(testing::good_document("profile/refused_profiles.json"), problems_of_profile);
    for (const char* name : {"chatos-server", "chatos-client", "model-client"}) {
        spoil(testing::source_file("profiles/" + std::string{name} + ".json"), problems_of_profile);
    }
}

TEST(MisspelledKey, is_named_even_when_it_leaves_a_step_empty) {
    const std::vector<problem> problems = problems_of_scenario(testing::scenario_text(
        R"([{"actor": "alice", "login": true},
            {"actor": "alice", "expct": {"packet": "ERROR"}}])"));
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].pointer, "/steps/1/expct");
    EXPECT_TRUE(problems[0].message.ends_with("; did you mean \"expect\"?")) << problems[0].message;
    EXPECT_EQ(problems[1].pointer, "/steps/1");
    EXPECT_TRUE(problems[1].message.starts_with("no action; expected one of ")) << problems[1].message;
}

}  // namespace
}  // namespace chatos::conformance
