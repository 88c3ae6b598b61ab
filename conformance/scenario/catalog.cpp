#include "scenario/catalog.hpp"

#include "json/text_file.hpp"
#include "rules/rule.hpp"
#include "scenario/load.hpp"
#include "scenario/scenario_pattern.hpp"
#include "scenario/suite_version.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>

namespace chatos::conformance {
namespace {

namespace files = std::filesystem;

std::string upper(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; });
    return result;
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return result;
}

class catalog_builder {
public:
    explicit catalog_builder(const selection& selection) : selection_{selection} {}

    catalog_result build() {
        for (const std::string& word : selection_.words) {
            add_word(word);
        }
        for (const builtin_file& file : builtin_files()) {
            if (is_wanted(id_of(file))) {
                add_builtin(file);
            }
        }
        add_controls();
        std::sort(result_.loaded.scenarios.begin(), result_.loaded.scenarios.end(),
                  [](const scenario& left, const scenario& right) { return left.id < right.id; });
        check_controls();
        check_filters();
        select();
        if (!result_.problems.empty()) {
            result_.loaded = {};
        }
        return std::move(result_);
    }

private:
    static std::string_view id_of(const builtin_file& file) {
        const std::string_view name = file.name.substr(file.name.rfind('/') + 1);
        return name.substr(0, name.rfind(".json"));
    }

    /// Reading all of them takes longer than many a run of one.
    [[nodiscard]] bool is_wanted(std::string_view id) const {
        return selection_.words.empty() ||
               std::any_of(patterns_.begin(), patterns_.end(),
                           [&](const std::string& pattern) { return glob_matches(pattern, id); });
    }

    [[nodiscard]] bool is_loaded(std::string_view id) const {
        const std::vector<scenario>& all = result_.loaded.scenarios;
        return std::any_of(all.begin(), all.end(), [&](const scenario& loaded) { return loaded.id == id; });
    }

    void add_builtin(const builtin_file& file) {
        if (!from_files_.contains(std::string{id_of(file)})) {
            add(load_scenario(file.text, std::string{file.name}), false);
        }
    }

    /// A control has none itself: one round is enough, and check_controls() refuses others.
    void add_controls() {
        std::set<std::string> controls;
        for (const scenario& scenario : result_.loaded.scenarios) {
            controls.insert(scenario.control);
        }
        for (const builtin_file& file : builtin_files()) {
            if (controls.contains(std::string{id_of(file)}) && !is_loaded(id_of(file))) {
                add_builtin(file);
            }
        }
    }

    void refuse(std::string file, std::string message) {
        result_.problems.push_back({std::move(file), 0, "", std::move(message)});
    }

    /// A file's scenario takes the place of a built-in one with the same id: that is how one tries a changed copy.
    /// Files come first.
    void add(std::variant<scenario, std::vector<problem>> loaded, bool from_file) {
        if (auto* problems = std::get_if<std::vector<problem>>(&loaded)) {
            std::move(problems->begin(), problems->end(), std::back_inserter(result_.problems));
            return;
        }
        scenario& added = std::get<scenario>(loaded);
        std::vector<scenario>& all = result_.loaded.scenarios;
        const auto same =
            std::find_if(all.begin(), all.end(), [&](const scenario& other) { return other.id == added.id; });
        if (same != all.end()) {
            refuse(added.source, "the id \"" + added.id + "\" is taken by " + same->source);
            return;
        }
        if (from_file) {
            from_files_.insert(added.id);
        }
        all.push_back(std::move(added));
    }

    void add_word(const std::string& word) {
        std::error_code error;
        const files::file_status status = files::status(word, error);
        if (files::is_directory(status)) {
            add_folder(word);
        } else if (files::exists(status)) {
            add_file(word);
        } else if (word.find('/') != std::string::npos || word.ends_with(".json")) {
            refuse(word, "no such file or folder");
        } else {
            patterns_.push_back(word);
        }
    }

    void add_folder(const std::string& folder) {
        std::vector<std::string> paths;
        std::error_code error;
        for (const files::directory_entry& entry : files::directory_iterator(folder, error)) {
            if (entry.path().extension() == ".json") {
                paths.push_back(entry.path().string());
            }
        }
        if (error) {
            refuse(folder, "the folder cannot be read: " + error.message());
        } else if (paths.empty()) {
            refuse(folder, "no .json file in this folder");
        }
        std::sort(paths.begin(), paths.end());
        for (const std::string& path : paths) {
            add_file(path);
        }
    }

    void add_file(const std::string& path) {
        const auto text = read_text_file(path);
        if (const auto* error = std::get_if<file_error>(&text)) {
            refuse(path, error->message);
            return;
        }
        add(load_scenario(std::get<std::string>(text), path), true);
    }

    void check_controls() {
        const std::vector<scenario>& all = result_.loaded.scenarios;
        for (const scenario& scenario : all) {
            const auto control =
                std::find_if(all.begin(), all.end(), [&](const auto& other) { return other.id == scenario.control; });
            if (!scenario.control.empty() && control == all.end()) {
                refuse(scenario.source, "/control: unknown scenario \"" + scenario.control + "\"");
            } else if (control != all.end() && !control->control.empty()) {
                refuse(scenario.source, "/control: \"" + scenario.control + "\" must not have a control itself");
            } else if (control != all.end() && control->role != scenario.role) {
                refuse(scenario.source, "/control: \"" + scenario.control + "\" judges a " +
                                            std::string{role_name(control->role)} + ", and this one a " +
                                            std::string{role_name(scenario.role)});
            }
        }
    }

    void check_filters() {
        for (const std::string& id : selection_.rules) {
            if (find_rule(upper(id)) == nullptr) {
                refuse("--rule", unknown_rule(id));
            }
        }
        for (const std::string& level : selection_.levels) {
            if (!parse_level(level)) {
                refuse("--level " + level, "expected must, should or choice");
            }
        }
        for (const std::string& area : selection_.areas) {
            const auto areas = all_areas();
            if (std::none_of(areas.begin(), areas.end(),
                             [&](const rule_area& known_area) { return lower(known_area.id) == lower(area); })) {
                refuse("--area " + area, "expected wire, conn, pm, all, pc, flow, err or cli");
            }
        }
        if (const auto error = unknown_version(selection_.suite_version); error && !selection_.suite_version.empty()) {
            refuse("--suite-version", *error);
        }
    }

    [[nodiscard]] bool is_selected(const scenario& scenario) const {
        const auto any_rule = [&](auto fits) {
            return std::any_of(scenario.rules.begin(), scenario.rules.end(), fits);
        };
        const auto listed = [](const std::vector<std::string>& words, std::string_view word) {
            return std::any_of(words.begin(), words.end(),
                               [&](const std::string& other) { return lower(other) == lower(word); });
        };
        const bool by_word = selection_.words.empty() || from_files_.contains(scenario.id) ||
                             std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& pattern) {
                                 return glob_matches(pattern, scenario.id);
                             });
        return by_word && (!selection_.role || *selection_.role == scenario.role) &&
               (selection_.suite_version.empty() || existed_in(scenario.since, selection_.suite_version)) &&
               (selection_.rules.empty() ||
                any_rule([&](const std::string& id) { return listed(selection_.rules, id); })) &&
               (selection_.levels.empty() || any_rule([&](const std::string& id) {
                    return listed(selection_.levels, level_name(find_rule(id)->level));
                })) &&
               (selection_.areas.empty() || listed(selection_.areas, scenario_area(scenario)));
    }

    /// Empty if it is to run. What is only skipped because its control is, could not be judged without it.
    [[nodiscard]] std::string skip_reason(const scenario& scenario) const {
        const std::string own = own_skip_reason(scenario.id);
        if (!own.empty() || scenario.control.empty() || own_skip_reason(scenario.control).empty()) {
            return own;
        }
        return "its control " + scenario.control + " is skipped";
    }

    [[nodiscard]] std::string own_skip_reason(std::string_view id) const {
        for (const skip_entry& entry : selection_.known_skips) {
            if (glob_matches(entry.scenario, id)) {
                return entry.reason;
            }
        }
        for (const std::string& pattern : selection_.skips) {
            if (glob_matches(pattern, id)) {
                return "--skip " + pattern;
            }
        }
        return "";
    }

    void select() {
        for (const scenario& scenario : result_.loaded.scenarios) {
            if (!is_selected(scenario)) {
                continue;
            }
            if (std::string reason = skip_reason(scenario); reason.empty()) {
                result_.loaded.selected.push_back(&scenario);
            } else {
                result_.loaded.skipped.push_back({&scenario, std::move(reason)});
            }
        }
        result_.loaded.ids = known_ids();
        for (const std::string& pattern : selection_.skips) {
            if (!matches_any(pattern, result_.loaded.ids)) {
                refuse("--skip " + pattern, unknown_scenario(pattern, result_.loaded.ids));
            }
        }
        for (const std::string& pattern : patterns_) {
            const std::vector<scenario>& all = result_.loaded.scenarios;
            if (std::none_of(all.begin(), all.end(),
                             [&](const scenario& scenario) { return glob_matches(pattern, scenario.id); })) {
                refuse(pattern, unknown_scenario(pattern, result_.loaded.ids));
            }
        }
    }

    /// Of the scenarios that a word could have named.
    [[nodiscard]] std::vector<std::string> known_ids() const {
        std::vector<std::string> ids{from_files_.begin(), from_files_.end()};
        for (const builtin_file& file : builtin_files()) {
            ids.emplace_back(id_of(file));
        }
        return ids;
    }

    const selection& selection_;
    std::vector<std::string> patterns_;
    std::set<std::string> from_files_;
    catalog_result result_;
};

}  // namespace

catalog_result make_catalog(const selection& selection) {
    return catalog_builder{selection}.build();
}

}  // namespace chatos::conformance
