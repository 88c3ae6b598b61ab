#include "testing/refused_cases.hpp"

#include "testing/scenario_text.hpp"

#include <nlohmann/json.hpp>

namespace chatos::conformance::testing {
namespace {

using json = nlohmann::ordered_json;

void remove(json& document, const std::string& pointer) {
    const json::json_pointer place{pointer};
    json& parent = document.at(place.parent_pointer());
    parent.erase(place.back());
}

std::string text_of(const json& entry, const json& good) {
    if (entry.contains("text")) {
        return entry["text"];
    }
    json document = good;
    for (const auto& pointer : entry.value("remove", json::array())) {
        remove(document, pointer);
    }
    const json changes = entry.value("set", json::object());
    for (const auto& [pointer, value] : changes.items()) {
        document[json::json_pointer{pointer}] = value;
    }
    return document.dump(2);
}

}  // namespace

std::vector<refused_case> refused_cases(const std::string& table_path) {
    const json table = json::parse(source_file(table_path));
    std::vector<refused_case> cases;
    for (const json& entry : table.at("cases")) {
        cases.push_back({entry.at("name"), text_of(entry, table.at("good")), entry.at("problems")});
    }
    return cases;
}

std::string good_document(const std::string& table_path) {
    return json::parse(source_file(table_path)).at("good").dump(2);
}

}  // namespace chatos::conformance::testing
