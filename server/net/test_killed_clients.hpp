// A server whose clients are killed (SIGKILL). After each the pseudo is free again (CONN-6), a client that waits for a
// dead client gets 4 (PM-7, PC-4, ALL-9), and others continue (ERR-3). No timeout helps: all are a day.
#pragma once

#include "net/test_connection.hpp"
#include "net/test_killable_client.hpp"
#include "net/test_monitored_server.hpp"
#include "net/test_process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace chatos::net::test {

class Killed : public testing::TestWithParam<const char*> {
protected:
    using error = error_code;

    Killed()
        : all{{"--listen", "unix:" + folder.path("socket"), "--answer-timeout-ms", day, "--pc-timeout-ms", day,
               "--login-timeout-ms", day, "--tunnel-timeout-ms", day}},
          bound{std::string{GetParam()} == "tcp" ? all.bound : "unix:" + folder.path("socket")},
          carol{join(bound, "carol")}, dora{join(bound, "dora")} {}
    Killed(const Killed&) = delete;
    Killed& operator=(const Killed&) = delete;

    void TearDown() override {
        await_connections(2);
        expect_others_to_go_on();
        all.server.signal(SIGTERM);
        for (connection* client : {&carol, &dora}) {
            EXPECT_EQ(client->next_event(), "end");
            client->end();
        }
        EXPECT_EQ(all.server.wait(), 0);
    }

    // A leftover of the dead client would come first and be noticed.
    void expect_others_to_go_on() {
        carol.send({make_rpm("dora"), make_spm("dora", "still here")});
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(dora.receives(make_spm("carol", "still here")));
        dora.send(make_error(error::ok));
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        carol.send(make_pc("dora"));
        EXPECT_TRUE(dora.receives(make_pc("carol")));
        dora.send(make_error(error::refused));
        EXPECT_TRUE(carol.receives(make_error(error::ok)));
        EXPECT_TRUE(carol.receives(make_error(error::refused)));
    }

    void expect_free(const std::string& pseudo) const { static_cast<void>(join_when_free(bound, pseudo)); }

    // Waits until the server has noticed all departures.
    void await_connections(std::uint64_t count) const {
        while (all.scrape()["chatos_connections"] != count) {
            std::this_thread::yield();
        }
    }

    // Permits `from` to write to `to`.
    static void permit(connection& from, const std::string& to) {
        from.send(make_rpm(to));
        EXPECT_TRUE(from.receives(make_error(error::ok)));
    }

    static std::string half(const packet_view& packet) {
        const std::string bytes = bytes_of(packet);
        return bytes.substr(0, bytes.size() / 2);
    }

    void expect_both_receive(const packet_view& packet) {
        EXPECT_TRUE(carol.receives(packet));
        EXPECT_TRUE(dora.receives(packet));
    }

    void answer_both(error code) {
        carol.send(make_error(code));
        dora.send(make_error(code));
    }

    // Alice and Bob have agreed on a private connection.
    std::pair<connection, connection> agree() const {
        std::pair both{join(bound, "alice"), join(bound, "bob")};
        both.first.send(make_pc("bob"));
        EXPECT_TRUE(both.second.receives(make_pc("alice")));
        both.second.send(make_error(error::ok));
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        return both;
    }

    [[nodiscard]] connection tunnel_end(const std::string& own, const std::string& peer) const {
        connection end{bound};
        end.send({make_pc(own), make_pc(peer)});
        return end;
    }

    std::pair<connection, connection> open_tunnel() const {
        std::pair both{tunnel_end("alice", "bob"), tunnel_end("bob", "alice")};
        EXPECT_TRUE(both.first.receives(make_error(error::ok)));
        EXPECT_TRUE(both.second.receives(make_error(error::ok)));
        return both;
    }

    static void expect_to_carry(std::pair<connection, connection>& tunnel) {
        tunnel.first.send_bytes("question");
        EXPECT_EQ(tunnel.second.receive_bytes(8), "question");
        tunnel.second.send_bytes("answer");
        EXPECT_EQ(tunnel.first.receive_bytes(6), "answer");
    }

    static constexpr const char* day = "86400000";
    base::testing::temporary_folder folder;
    monitored_server all;
    std::string bound;
    connection carol;
    connection dora;
};

}  // namespace chatos::net::test
