// What the core reports to a log, and what it keeps private.
#include "core/test_network.hpp"

#include <chatos/encode.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::core::test {
namespace {

using event = notice::event;

// A core whose notices are kept, and one connection that sends bytes to it.
class recording_sink final : public notice_sink {
public:
    explicit recording_sink(const options& bounds = {}) : core{bounds, this} {}

    void take(const notice& notice) override {
        events.push_back(notice.kind);
        last = notice;
        last_pseudo = notice.pseudo;
        last_excerpt.assign(reinterpret_cast<const char*>(notice.excerpt.data()), notice.excerpt.size());
    }

    connection_id send(std::initializer_list<std::string> runs) {
        const connection_id id = core.connect(now);
        for (const std::string& bytes : runs) {
            core.receive(id, std::as_bytes(std::span{bytes}), now);
        }
        return id;
    }

    std::vector<event> events;
    notice last;
    std::string last_pseudo;
    std::string last_excerpt;
    time_point now{};
    server core;
};

const std::string login = bytes_of(make_cr("alice"));

TEST(Notice, refused_input_comes_with_its_rule_its_place_in_the_stream_and_an_excerpt) {
    recording_sink log;
    const connection_id alice = log.send({login, std::string{"\x09GET / HTTP/1.1"}});
    EXPECT_EQ(log.events, (std::vector{event::registered, event::refused_input}));
    EXPECT_EQ(log.last.connection, alice);
    EXPECT_EQ(log.last.cause, violation::unknown_opcode);
    EXPECT_EQ(log.last.offset, login.size());
    EXPECT_EQ(log.last_excerpt, "\x09GET / HTTP/1.1");
}

TEST(Notice, an_excerpt_is_bounded) {
    recording_sink log;
    static_cast<void>(log.send({std::string(1'000, '\x7f')}));
    EXPECT_EQ(log.last_excerpt, std::string(excerpt_bytes_max, '\x7f'));
}

TEST(Notice, of_a_message_only_the_bad_bytes_are_told) {
    const std::string secret = "secret \xff\xfe secret secret";
    std::string packet{"\x04\x00\x00\x00", 4};
    packet += static_cast<char>(secret.size());
    packet += secret;
    for (const std::size_t split : {packet.size(), std::size_t{9}}) {
        recording_sink log;
        static_cast<void>(log.send({login, packet.substr(0, split), packet.substr(split)}));
        EXPECT_EQ(log.last.cause, violation::ill_formed_utf8);
        EXPECT_EQ(log.last.offset, login.size() + 5 + 7);
        EXPECT_EQ(log.last_excerpt, "\xff\xfe s");
    }
}

TEST(Notice, of_a_bad_size_the_size_is_told) {
    recording_sink log;
    static_cast<void>(log.send({std::string{"\x04\xff\xff\xff\xff private", 13}}));
    EXPECT_EQ(log.last.cause, violation::negative_size);
    EXPECT_EQ(log.last_excerpt, "\xff\xff\xff\xff");
    static_cast<void>(log.send({std::string{"\x01\x7f\xff private", 11}}));
    EXPECT_EQ(log.last.cause, violation::size_over_limit);
    EXPECT_EQ(log.last_excerpt, "\x7f\xff");
    static_cast<void>(log.send({std::string{"\x06\x09private", 9}}));
    EXPECT_EQ(log.last_excerpt, "\x09");
}

TEST(Notice, closing_for_other_reasons_is_told_as_well) {
    recording_sink log{{.users_max = 1, .timeouts_in_a_row_max = 1}};
    static_cast<void>(log.send({login}));
    EXPECT_EQ(log.last_pseudo, "alice");
    static_cast<void>(log.send({bytes_of(make_cr("bob"))}));
    EXPECT_EQ(log.last.kind, event::no_room);
    static_cast<void>(log.send({}));
    log.now += milliseconds{10'000};
    log.core.advance(log.now);
    EXPECT_EQ(log.last.kind, event::slow_login);
    static_cast<void>(log.send({std::string(1, '\x04')}));
    log.now += milliseconds{10'000};
    log.core.advance(log.now);
    EXPECT_EQ(log.last.kind, event::slow_packet);
}

TEST(Notice, who_lets_everything_run_out_of_time_is_named) {
    recording_sink log{{.timeouts_in_a_row_max = 1}};
    static_cast<void>(log.send({login, bytes_of(make_rpm("alice")), bytes_of(make_spm("alice", "hi"))}));
    log.now += milliseconds{5'000};
    log.core.advance(log.now);
    EXPECT_EQ(log.last.kind, event::unresponsive);
    EXPECT_EQ(log.last_pseudo, "alice");
}

}  // namespace
}  // namespace chatos::core::test
