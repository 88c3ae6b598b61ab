#include "profile/client_dialogue.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

TEST(ClientDialogue, places_are_filled_in_and_other_braces_stay) {
    EXPECT_EQ(fill_in("/msg {pseudo} {text}\n", "bob", "hi"), "/msg bob hi\n");
    EXPECT_EQ(fill_in("{pseudo}{pseudo} {2} {", "bob", "hi"), "bobbob {2} {");
}

TEST(ClientDialogue, what_is_filled_in_is_not_filled_in_again) {
    EXPECT_EQ(fill_in("{pseudo}: {text}", "{text}", "{pseudo}"), "{text}: {pseudo}");
}

TEST(ClientDialogue, a_pattern_is_found_anywhere_and_its_end_told) {
    EXPECT_EQ(find_on_screen("{pseudo}: {text}", "bob", "hi", "xx bob: hi yy"), 10U);
    EXPECT_EQ(find_on_screen("{pseudo}: {text}", "bob", "hi", "xx bob: ho yy"), std::nullopt);
    EXPECT_EQ(find_on_screen("x", "", "", ""), std::nullopt);
}

TEST(ClientDialogue, names_and_texts_stand_for_themselves) {
    EXPECT_EQ(find_on_screen("^{pseudo}: {text}$", "b.b", "1+1 (two)?", "b.b: 1+1 (two)?\n"), 15U);
    EXPECT_EQ(find_on_screen("^{pseudo}: {text}$", "b.b", "hi", "bob: hi\n"), std::nullopt);
}

TEST(ClientDialogue, a_line_has_a_beginning_and_an_end) {
    EXPECT_EQ(find_on_screen("^{text}$", "", "hi", "hi you\nhi\n"), 9U);
    EXPECT_EQ(find_on_screen("^{text}$", "", "hi", "hi you\noh hi\n"), std::nullopt);
}

TEST(ClientDialogue, bytes_that_are_no_text_hide_nothing_behind_them) {
    EXPECT_EQ(find_on_screen("^{text}$", "", "h\xC3\xA9", "\xFF\xFE\nh\xC3\xA9\n"), 6U);
}

TEST(ClientDialogue, a_pattern_that_is_none_is_told) {
    EXPECT_EQ(screen_pattern_error("{pseudo}+ [a-z]{2}"), std::nullopt);
    EXPECT_NE(screen_pattern_error("[a-z"), std::nullopt);
}

TEST(ClientDialogue, words_are_found_by_their_names) {
    for (const dialogue_word& word : all_commands()) {
        EXPECT_EQ(find_word(all_commands(), word.name), &word);
    }
    EXPECT_EQ(find_word(all_screen_texts(), "msg"), nullptr);
}

}  // namespace
}  // namespace chatos::conformance
