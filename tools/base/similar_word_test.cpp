#include "base/similar_word.hpp"
#include "base/usage_text.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

namespace chatos::base {
namespace {

TEST(EditDistance, counts_single_slips_of_the_finger) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("run", "run"), 0U);
    EXPECT_EQ(edit_distance("", "run"), 3U);
    EXPECT_EQ(edit_distance("run", ""), 3U);
    EXPECT_EQ(edit_distance("expct", "expect"), 1U);
    EXPECT_EQ(edit_distance("exxpect", "expect"), 1U);
    EXPECT_EQ(edit_distance("ezpect", "expect"), 1U);
    EXPECT_EQ(edit_distance("rnu", "run"), 1U) << "two neighbors that changed places";
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("ca", "abc"), 3U) << "what was swapped is not edited again";
}

TEST(SimilarWord, finds_the_word_that_was_meant) {
    const std::vector<std::string> words{"run", "list", "rules", "explain", "--server-command", "PM-4", "PM-10"};
    EXPECT_EQ(similar_word("rnu", words), "run");
    EXPECT_EQ(similar_word("lst", words), "list");
    EXPECT_EQ(similar_word("ruls", words), "rules");
    EXPECT_EQ(similar_word("pm4", words), "PM-4") << "case does not count";
    EXPECT_EQ(similar_word("LIST", words), "list");
    EXPECT_EQ(similar_word("--sever-comand", words), "--server-command");
    EXPECT_EQ(similar_word("exp", words), "explain") << "the beginning of a word";
    EXPECT_EQ(did_you_mean("rnu", words), "; did you mean 'run'?");
}

TEST(SimilarWord, says_nothing_when_nothing_is_like_it) {
    const std::vector<std::string> words{"run", "list", "-x"};
    for (const std::string& word : {std::string{}, std::string{"juggle"}, std::string{"r"}, std::string{"zz"},
                                    std::string{"run"}, std::string(1'000'000, 'r')}) {
        EXPECT_EQ(did_you_mean(word, words), "") << word.substr(0, 10);
    }
    EXPECT_EQ(did_you_mean("run", {}), "");
    EXPECT_EQ(did_you_mean("y", std::vector<std::string>{"x"}), "") << "nothing of the word is left";
}

/// What usage_text() knows of CLI11, with values.
struct played_option {
    std::vector<std::string> long_names;
    std::vector<std::string> short_names;
    std::string group{"Options"};

    [[nodiscard]] const std::vector<std::string>& get_lnames() const { return long_names; }
    [[nodiscard]] const std::vector<std::string>& get_snames() const { return short_names; }
    [[nodiscard]] const std::string& get_group() const { return group; }
};
struct played_app {
    std::string name;
    std::vector<played_option> options{};
    std::vector<played_app> all_commands{};
    std::vector<std::string> unknown{};
    bool is_given{false};

    [[nodiscard]] const std::string& get_name() const { return name; }
    [[nodiscard]] std::vector<const played_option*> get_options() const {
        std::vector<const played_option*> all;
        for (const played_option& option : options) {
            all.push_back(&option);
        }
        return all;
    }
    [[nodiscard]] std::vector<const played_app*>
    get_subcommands(const std::function<bool(const played_app*)>& filter) const {
        std::vector<const played_app*> commands;
        for (const played_app& command : all_commands) {
            if (filter(&command)) {
                commands.push_back(&command);
            }
        }
        return commands;
    }
    [[nodiscard]] bool parsed() const { return is_given; }
    [[nodiscard]] std::vector<std::string> remaining(bool) const { return unknown; }
};
played_app program(std::vector<std::string> unknown, bool runs) {
    played_app run{"run", {{{"target"}, {"t"}}, {{"json"}, {}}, {{"secret"}, {}, ""}}};
    run.is_given = runs;
    return {"chatos-x", {{{"help"}, {"h"}}}, {run, {"list"}}, std::move(unknown)};
}

TEST(UsageText, names_the_command_or_flag_that_was_probably_meant) {
    const std::runtime_error error{"what the parser says"};
    EXPECT_EQ(usage_text(program({"rnu", "--target", "x"}, false), error),
              "unknown command 'rnu'; did you mean 'run'?");
    EXPECT_EQ(usage_text(program({"juggle"}, false), error), "unknown command 'juggle'; expected run or list");
    EXPECT_EQ(usage_text(program({"--tarpet", "x"}, true), error),
              "run: unknown flag '--tarpet'; did you mean '--target'?");
    EXPECT_EQ(usage_text(program({"x", "--tarpet=3"}, true), error),
              "run: unknown flag '--tarpet'; did you mean '--target'?");
    EXPECT_EQ(usage_text(program({"-json"}, true), error), "run: unknown flag '-json'; did you mean '--json'?");
    EXPECT_EQ(usage_text(program({"--hepl"}, false), error), "unknown flag '--hepl'; did you mean '--help'?");
    EXPECT_EQ(usage_text(program({"--zzz"}, true), error), "run: unknown flag '--zzz'");
    EXPECT_EQ(usage_text(program({"--secert"}, true), error), "run: unknown flag '--secert'") << "a hidden flag";
    EXPECT_EQ(usage_text(program({"a\x1b[2Jb"}, true), error), "run: unexpected argument 'a\\x1b[2Jb'");
    EXPECT_EQ(usage_text(program({"-1"}, true), error), "run: unexpected argument '-1'");
}

TEST(UsageText, leaves_everything_else_to_the_parser) {
    EXPECT_EQ(usage_text(program({}, true), std::runtime_error{"what the parser says"}), "what the parser says");
}

}  // namespace
}  // namespace chatos::base
