#include "client/private/link.hpp"

#include <chatos/packet.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::client {
namespace {

std::string events_of(private_link& link) {
    std::string all;
    while (const std::optional<link_event> event = link.take_event()) {
        if (std::holds_alternative<link_opened>(*event)) {
            all += "opened;";
        } else if (const auto* frame = std::get_if<frame_came>(&*event)) {
            all += std::to_string(static_cast<int>(frame->kind)) + " " + frame->payload + ";";
        } else {
            const auto& ended = std::get<link_ended>(*event);
            all +=
                std::string{ended.was_open ? "closed" : "failed"} + (ended.is_fault ? "!" : "") + " " + ended.why + ";";
        }
    }
    return all;
}

std::string taken(private_link& link) {
    const auto output = link.output();
    std::string text(reinterpret_cast<const char*>(output.data()), output.size());
    link.sent(output.size());
    return text;
}

void receive(private_link& link, std::string_view bytes) {
    link.receive(std::as_bytes(std::span{bytes}));
}

constexpr std::string_view ok{"\x06\0", 2};

TEST(Link, opens_with_both_names_and_one_answer_TUN_1) {
    private_link alice{"alice", "bob"};
    EXPECT_EQ(taken(alice), std::string("\x05\0\x05"
                                        "alice\x05\0\x03"
                                        "bob",
                                        14));
    alice.send(frame_kind::text, "early");
    EXPECT_EQ(taken(alice), "");
    EXPECT_FALSE(alice.is_quiet());
    receive(alice, ok.substr(0, 1));
    EXPECT_EQ(events_of(alice), "");
    receive(alice, ok.substr(1));
    EXPECT_EQ(events_of(alice), "opened;");
    EXPECT_EQ(taken(alice), std::string("\x01\0\0\0\x05"
                                        "early",
                                        10));
    EXPECT_TRUE(alice.is_quiet());
}

TEST(Link, says_in_words_why_it_does_not_open) {
    for (const auto& [answer, why] :
         {std::pair{std::string("\x06\x05", 2),
                    "failed! this server carries none (it runs without tunnels, or took the acceptance for late);"},
          std::pair{std::string("\x06\x04", 2), "failed! the other side did not come in time, or has its end already;"},
          std::pair{std::string("\x06\x01", 2), "failed! the server answered PSEUDO_TAKEN;"},
          std::pair{std::string("\x06\x03", 2), "failed! the server answered something else than an ERROR;"},
          std::pair{std::string("\x03\x00", 2), "failed! the server answered something else than an ERROR;"}}) {
        private_link alice{"alice", "bob"};
        alice.send(frame_kind::text, "early");
        receive(alice, answer);
        EXPECT_EQ(events_of(alice), why);
        EXPECT_TRUE(alice.is_over());
        EXPECT_EQ(taken(alice), "");
    }
    private_link alice{"alice", "bob"};
    alice.lose("");
    EXPECT_EQ(events_of(alice), "failed the server closed it;");
}

TEST(Link, frames_arrive_whole_however_the_bytes_come) {
    private_link from{"a", "b"};
    static_cast<void>(taken(from));
    receive(from, ok);
    from.send(frame_kind::text, "hi");
    from.send(frame_kind::data, std::string("\0\xff", 2));
    from.send(frame_kind::end, "");
    from.send(frame_kind::data, std::string(frame_bytes_max, 'x'));
    const std::string bytes = std::string{ok} + taken(from);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, bytes.size()}) {
        private_link to{"b", "a"};
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            receive(to, std::string_view{bytes}.substr(at, piece));
        }
        EXPECT_EQ(events_of(to),
                  "opened;1 hi;5 " + std::string("\0\xff", 2) + ";6 ;5 " + std::string(frame_bytes_max, 'x') + ";");
    }
}

TEST(Link, nonsense_from_the_other_side_ends_it) {
    for (const auto& [bytes, why] :
         {std::pair{std::string("\x09", 1), "the other side sent what this client does not know"},
          std::pair{std::string("\0", 1), "the other side sent what this client does not know"},
          std::pair{std::string("\x05\0\x01\0\x01", 5), "the other side sent a frame that is too large"},
          std::pair{std::string("\x05\xff\xff\xff\xff", 5), "the other side sent a frame that is too large"},
          std::pair{std::string("\x01\0\0\0\x01\xff", 6), "the other side sent text that is not UTF-8"}}) {
        private_link alice{"alice", "bob"};
        receive(alice, ok);
        receive(alice, bytes);
        receive(alice, std::string("\x01\0\0\0\x01x", 6));
        EXPECT_EQ(events_of(alice), "opened;closed! " + std::string{why} + ";");
    }
}

TEST(Link, what_waits_is_bounded) {
    private_link alice{"alice", "bob"};
    const std::string frame(frame_bytes_max, 'x');
    int taken_in = 0;
    while (alice.has_room()) {
        alice.send(frame_kind::text, frame);
        ++taken_in;
    }
    EXPECT_EQ(taken_in, 4);
    receive(alice, ok);
    EXPECT_FALSE(alice.has_room());
    alice.sent(alice.output().size());
    EXPECT_TRUE(alice.has_room());
}

}  // namespace
}  // namespace chatos::client
