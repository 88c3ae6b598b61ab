#include "scenario/text_template.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

std::string expanded(std::string_view text) {
    std::string error;
    const auto value_of = [](std::string_view name) {
        return name == "bob" ? std::optional<std::string>{"{B}"} : std::nullopt;
    };
    const auto result = expand_template(text, value_of, [&](std::string message) { error = std::move(message); });
    return result ? *result : "refused: " + error;
}

TEST(TextTemplate, names_are_replaced_and_their_values_are_not_read_again) {
    EXPECT_EQ(expanded("{bob} and {bob}"), "{B} and {B}");
    EXPECT_EQ(expanded(""), "");
}

TEST(TextTemplate, doubled_braces_are_braces) {
    EXPECT_EQ(expanded("{{bob}}"), "{bob}");
    EXPECT_EQ(expanded("{{{bob}}}"), "{{B}}");
    EXPECT_EQ(expanded("{{}}"), "{}");
}

TEST(TextTemplate, what_cannot_be_read_is_refused) {
    EXPECT_EQ(expanded("{eve}"), R"(refused: {eve} is neither an actor, nor one of "names", nor {run})");
    EXPECT_EQ(expanded("{}"), R"(refused: {} is neither an actor, nor one of "names", nor {run})");
    EXPECT_EQ(expanded("{bob"), "refused: unclosed {; write {{ for a literal brace");
    EXPECT_EQ(expanded("{"), "refused: unclosed {; write {{ for a literal brace");
    EXPECT_EQ(expanded("bob}"), "refused: unmatched }; write }} for a literal brace");
}

}  // namespace
}  // namespace chatos::conformance
