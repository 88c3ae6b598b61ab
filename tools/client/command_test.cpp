#include "client/command.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chatos::client {
namespace {

TEST(Command, plain_text_goes_to_everybody) {
    const command said = read_command("  hello, world ");
    EXPECT_EQ(said.kind, command_kind::say);
    EXPECT_EQ(said.text, "  hello, world ");
    EXPECT_EQ(read_command("//etc is a folder").text, "/etc is a folder");
    EXPECT_EQ(read_command("").kind, command_kind::nothing);
    EXPECT_EQ(read_command(" \t ").kind, command_kind::nothing);
}

TEST(Command, names_and_texts_are_taken_apart) {
    const command message = read_command("/msg bob  hello there ");
    EXPECT_EQ(message.kind, command_kind::message);
    EXPECT_EQ(message.name, "bob");
    EXPECT_EQ(message.text, " hello there ");
    const command quoted = read_command("/msg \"Ada L\" hi");
    EXPECT_EQ(quoted.name, "Ada L");
    EXPECT_EQ(quoted.text, "hi");
    const command file = read_command("/send bob /tmp/a file");
    EXPECT_EQ(file.kind, command_kind::send_file);
    EXPECT_EQ(file.text, "/tmp/a file");
}

TEST(Command, each_word_is_known) {
    EXPECT_EQ(read_command("/private bob").kind, command_kind::private_contact);
    EXPECT_EQ(read_command("/accept bob ").kind, command_kind::accept);
    EXPECT_EQ(read_command("/refuse bob").kind, command_kind::refuse);
    EXPECT_EQ(read_command("/p bob hi").kind, command_kind::private_text);
    EXPECT_EQ(read_command("/save bob").kind, command_kind::save_file);
    EXPECT_EQ(read_command("/help").kind, command_kind::help);
    EXPECT_EQ(read_command("/quit ").kind, command_kind::quit);
}

TEST(Command, what_cannot_be_understood_says_what_to_give) {
    for (const char* line : {"/msg", "/msg bob", "/msg bob ", "/accept", "/accept bob carol", "/quit now",
                             "/msg \"bob hi", "/msg \"\" hi", "/Help", "/\x1b[2J"}) {
        const command read = read_command(line);
        EXPECT_EQ(read.kind, command_kind::faulty) << line;
        EXPECT_FALSE(read.fault.empty());
        EXPECT_EQ(read.fault.find('\x1b'), std::string::npos);
    }
    EXPECT_EQ(read_command("/msg bob").fault, "give /msg NAME TEXT");
    EXPECT_EQ(read_command("/quit now").fault, "give /quit alone");
}

TEST(Command, help_names_every_command) {
    for (const command_row& row : commands) {
        EXPECT_NE(help_text().find(std::string{row.word}), std::string::npos);
    }
}

}  // namespace
}  // namespace chatos::client
