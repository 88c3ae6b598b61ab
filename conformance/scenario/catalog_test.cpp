#include "base/testing/temporary_folder.hpp"
#include "scenario/catalog.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

using base::testing::temporary_folder;
using testing::scenario_text;

std::vector<std::string> problems_of(const selection& wanted) {
    std::vector<std::string> lines;
    for (const problem& entry : make_catalog(wanted).problems) {
        lines.push_back(entry.text());
    }
    return lines;
}

std::vector<std::string> selected_ids(const selection& wanted) {
    std::vector<std::string> ids;
    const catalog_result result = make_catalog(wanted);
    for (const scenario* entry : result.loaded.selected) {
        ids.push_back(entry->id);
    }
    return ids;
}

std::string file_with_id(const std::string& id, const std::string& more = "") {
    return scenario_text(R"([{"actor": "alice", "connect": true}])", R"("id": ")" + id + "\", " + more);
}

TEST(Catalog, everything_is_chosen_by_default_sorted_by_id) {
    const std::vector<std::string> ids = selected_ids({});
    EXPECT_EQ(ids.size(), builtin_files().size());
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST(Catalog, filters_narrow_each_other_and_words_in_one_are_alternatives) {
    const auto all_start_with = [](const std::vector<std::string>& ids, std::string_view start) {
        return !ids.empty() &&
               std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return id.starts_with(start); });
    };
    EXPECT_TRUE(all_start_with(selected_ids({{"server.pm.*"}, {}, {}, {}}), "server.pm."));
    EXPECT_TRUE(all_start_with(selected_ids({{}, {}, {}, {"PM"}, test_role::server}), "server.pm."));
    EXPECT_TRUE(all_start_with(selected_ids({{}, {}, {}, {"PM"}, test_role::client}), "client.pm."));
    EXPECT_TRUE(selected_ids({{"server.*"}, {}, {}, {}, test_role::client}).empty());
    const std::size_t both = selected_ids({{}, {}, {}, {"pm", "pc"}}).size();
    EXPECT_EQ(both, selected_ids({{}, {}, {}, {"pm"}}).size() + selected_ids({{}, {}, {}, {"pc"}}).size());
    EXPECT_TRUE(all_start_with(selected_ids({{"server.*"}, {"pm-4"}, {"must"}, {"pm"}}), "server.pm."));
    EXPECT_TRUE(selected_ids({{"server.pc.*"}, {}, {}, {"pm"}}).empty());
}

TEST(Catalog, words_that_mean_nothing_are_refused) {
    EXPECT_EQ(problems_of({{"server.pm.relay-everything"}, {}, {}, {}}),
              std::vector<std::string>{
                  "server.pm.relay-everything: no scenario has this id; `chatos-conformance list` shows them"});
    EXPECT_EQ(problems_of({{}, {"PM-99"}, {}, {}}),
              std::vector<std::string>{
                  "--rule: unknown rule \"PM-99\"; `chatos-conformance rules` lists them; did you mean \"PM-9\"?"});
    EXPECT_EQ(problems_of({{}, {}, {"may"}, {}}),
              std::vector<std::string>{"--level may: expected must, should or choice"});
    EXPECT_EQ(problems_of({{}, {}, {}, {"xx"}}),
              std::vector<std::string>{"--area xx: expected wire, conn, pm, all, pc, flow, err or cli"});
    EXPECT_EQ(problems_of({{"missing/folder"}, {}, {}, {}}),
              std::vector<std::string>{"missing/folder: no such file or folder"});
    EXPECT_EQ(problems_of({{"missing.json"}, {}, {}, {}}),
              std::vector<std::string>{"missing.json: no such file or folder"});
}

TEST(Catalog, a_version_of_the_suite_has_the_scenarios_that_there_were_in_it) {
    const temporary_folder folder;
    folder.write("old.json", file_with_id("my.old"));
    folder.write("new.json", file_with_id("my.new", R"("since": "1.1", )"));
    const auto ids_of = [&](const std::string& version) {
        return selected_ids({{folder.path()}, {}, {}, {}, {}, version});
    };
    EXPECT_EQ(ids_of("1.0"), std::vector<std::string>{"my.old"});
    EXPECT_EQ(ids_of("1.1"), (std::vector<std::string>{"my.new", "my.old"}));
    EXPECT_EQ(ids_of(""), (std::vector<std::string>{"my.new", "my.old"}));
    EXPECT_EQ(problems_of({{}, {}, {}, {}, {}, "0.9"}),
              std::vector<std::string>{"--suite-version: unknown version \"0.9\"; expected \"1.0\" or \"1.1\""});
}

TEST(Catalog, what_is_skipped_is_told_and_takes_what_depends_on_it_along) {
    const temporary_folder folder;
    folder.write("a.json", file_with_id("my.a"));
    folder.write("b.json", file_with_id("my.b", R"("control": "my.a", )"));
    folder.write("c.json", file_with_id("my.c"));
    folder.write("d.json", file_with_id("my.d"));
    selection wanted{{folder.path()}, {}, {}, {}, {}, "", {"my.a"}, {{"my.c*", "hangs"}, {"my.zzz", "no such one"}}};
    const catalog_result result = make_catalog(wanted);
    ASSERT_EQ(result.problems.size(), 0U) << result.problems.front().text();
    ASSERT_EQ(result.loaded.selected.size(), 1U);
    EXPECT_EQ(result.loaded.selected.front()->id, "my.d");
    std::vector<std::string> skipped;
    for (const skipped_scenario& each : result.loaded.skipped) {
        skipped.push_back(each.scenario->id + ": " + each.reason);
    }
    EXPECT_EQ(skipped,
              (std::vector<std::string>{"my.a: --skip my.a", "my.b: its control my.a is skipped", "my.c: hangs"}));
    wanted.skips = {"sever.pm.*"};
    EXPECT_EQ(problems_of(wanted),
              std::vector<std::string>{"--skip sever.pm.*: no scenario has this id; `chatos-conformance list` shows "
                                       "them; did you mean server.pm.*?"});
}

TEST(Catalog, files_and_folders_bring_scenarios_of_their_own) {
    const temporary_folder folder;
    folder.write("one.json", file_with_id("my.one"));
    folder.write("two.json", file_with_id("my.two"));
    folder.write("notes.txt", "no scenario");
    EXPECT_EQ(selected_ids({{folder.path()}, {}, {}, {}}), (std::vector<std::string>{"my.one", "my.two"}));
    EXPECT_EQ(selected_ids({{folder.path("two.json")}, {}, {}, {}}), std::vector<std::string>{"my.two"});
}

TEST(Catalog, a_file_takes_the_place_of_the_built_in_scenario_with_its_id) {
    const temporary_folder folder;
    const std::string id = selected_ids({}).front();
    const std::string path = folder.write("changed.json", file_with_id(id));
    const catalog_result result = make_catalog({{path}, {}, {}, {}});
    ASSERT_EQ(result.loaded.selected.size(), 1U);
    EXPECT_EQ(result.loaded.selected.front()->source, path);
    EXPECT_EQ(result.loaded.scenarios.size(), 1U);
    const catalog_result by_id_too = make_catalog({{id, path}, {}, {}, {}});
    ASSERT_EQ(by_id_too.loaded.selected.size(), 1U);
    EXPECT_EQ(by_id_too.loaded.selected.front()->source, path);
}

TEST(Catalog, a_control_comes_with_the_scenario_that_names_it) {
    const catalog all = make_catalog({}).loaded;
    const auto controlled = std::find_if(all.scenarios.begin(), all.scenarios.end(),
                                         [](const scenario& scenario) { return !scenario.control.empty(); });
    ASSERT_NE(controlled, all.scenarios.end());
    const catalog selected_catalog = make_catalog({{controlled->id}, {}, {}, {}}).loaded;
    ASSERT_EQ(selected_catalog.selected.size(), 1U);
    ASSERT_EQ(selected_catalog.scenarios.size(), 2U);
    EXPECT_TRUE(std::any_of(selected_catalog.scenarios.begin(), selected_catalog.scenarios.end(),
                            [&](const scenario& loaded) { return loaded.id == controlled->control; }));
}

TEST(Catalog, one_id_in_two_files_is_refused) {
    const temporary_folder folder;
    const std::string first = folder.write("a.json", file_with_id("my.one"));
    const std::string second = folder.write("b.json", file_with_id("my.one"));
    EXPECT_EQ(problems_of({{folder.path()}, {}, {}, {}}),
              std::vector<std::string>{second + ": the id \"my.one\" is taken by " + first});
}

TEST(Catalog, a_control_must_exist_and_stand_alone) {
    const temporary_folder folder;
    const std::string ghost = folder.write("a.json", file_with_id("my.a", R"("control": "my.ghost", )"));
    EXPECT_EQ(problems_of({{ghost}, {}, {}, {}}),
              std::vector<std::string>{ghost + ": /control: unknown scenario \"my.ghost\""});
    folder.write("a.json", file_with_id("my.a"));
    folder.write("b.json", file_with_id("my.b", R"("control": "my.a", )"));
    const std::string chained = folder.write("c.json", file_with_id("my.c", R"("control": "my.b", )"));
    EXPECT_EQ(problems_of({{folder.path()}, {}, {}, {}}),
              std::vector<std::string>{chained + ": /control: \"my.b\" must not have a control itself"});
}

TEST(Catalog, what_cannot_be_read_is_a_problem_and_no_crash) {
    const temporary_folder folder;
    EXPECT_EQ(problems_of({{folder.path()}, {}, {}, {}}),
              std::vector<std::string>{folder.path() + ": no .json file in this folder"});
    EXPECT_EQ(problems_of({{"/proc/self/mem"}, {}, {}, {}}),
              std::vector<std::string>{"/proc/self/mem: the file cannot be read: Input/output error"});
}

}  // namespace
}  // namespace chatos::conformance
