// The model client by hand: bytes and lines in, bytes and lines out.
#include "model/client.hpp"
#include "testing/hand_run.hpp"

#include <chatos/packet.hpp>

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::wire;
using lines = std::vector<std::string>;

class Client : public ::testing::Test {
protected:
    static client_settings alice(std::initializer_list<client_fault> faults = {},
                                 std::initializer_list<client_variant> variants = {}) {
        client_settings settings;
        settings.pseudo = "alice";
        for (const client_fault one : faults) {
            settings.faults.add(one);
        }
        for (const client_variant one : variants) {
            settings.variants.add(one);
        }
        return settings;
    }

    /// What came out, a line each: "> SMA" for bytes, "| text" for the screen, "closed", "exit 3", "crash".
    static lines told(client_model& model) {
        lines all;
        for (const client_output& one : model.take_output()) {
            switch (one.what) {
            case client_output::kind::send: all.push_back("> " + text_of(one.text)); break;
            case client_output::kind::show: all.push_back("| " + one.text); break;
            case client_output::kind::close: all.emplace_back("closed"); break;
            case client_output::kind::tunnel: all.emplace_back("tunnel"); break;
            case client_output::kind::exit: all.push_back("exit " + std::to_string(static_cast<int>(one.code))); break;
            case client_output::kind::crash: all.emplace_back("crash"); break;
            }
        }
        return all;
    }

    static client_model registered(const client_settings& settings) {
        client_model model{settings};
        model.connected();
        model.receive(wire(make_error(error_code::ok)));
        (void)told(model);
        return model;
    }

    static lines gets(client_model& model, std::string_view bytes) {
        model.receive(bytes);
        return told(model);
    }
    static lines is_told(client_model& model, std::string_view line) {
        model.command(line);
        return told(model);
    }

private:
    static std::string text_of(const std::string& bytes) {
        const decode_result result = decode(std::as_bytes(std::span{bytes}));
        const bool whole = result.status == decode_status::complete && result.consumed == bytes.size();
        return whole ? describe(owned(result.packet)) : std::to_string(bytes.size()) + " bytes";
    }
};

TEST_F(Client, registers_and_carries_out_nothing_before) {
    client_model model{alice()};
    model.connected();
    EXPECT_EQ(told(model), lines{R"(> CR pseudo="alice")"});
    EXPECT_EQ(is_told(model, "hello"), lines{});
    EXPECT_EQ(gets(model, wire(make_error(error_code::ok))),
              (lines{"| * ready: you are alice", R"(> SMA message="hello")"}));
}

TEST_F(Client, leaves_when_its_pseudo_is_taken_or_the_server_full) {
    client_model taken{alice()};
    EXPECT_EQ(gets(taken, wire(make_error(error_code::pseudo_taken))),
              (lines{"| * somebody else has this pseudo", "closed", "exit 4"}));
    client_model full{alice()};
    EXPECT_EQ(gets(full, wire(make_error(error_code::out_of_capacity))),
              (lines{"| * the server does not let you in", "closed", "exit 5"}));
}

TEST_F(Client, answers_a_message_and_shows_it_harmlessly) {
    client_model model = registered(alice());
    EXPECT_EQ(gets(model, wire(make_spm("bob", "hi\x1b[2J"))), (lines{"| bob: hi?[2J", "> ERROR 0 OK"}));
}

TEST_F(Client, asks_before_it_writes_and_one_after_the_other) {
    client_model model = registered(alice());
    EXPECT_EQ(is_told(model, "/msg bob two words"), lines{R"(> RPM pseudo="bob")"});
    EXPECT_EQ(is_told(model, "to all"), lines{});
    EXPECT_EQ(gets(model, wire(make_spm("carol", "hey"))), (lines{"| carol: hey", "> ERROR 0 OK"}));
    EXPECT_EQ(gets(model, wire(make_error(error_code::ok))), lines{R"(> SPM pseudo="bob" message="two words")"});
    EXPECT_EQ(gets(model, wire(make_error(error_code::ok))), (lines{"| * delivered", R"(> SMA message="to all")"}));
}

TEST_F(Client, what_comes_behind_an_offer_is_answered_behind_it) {
    client_model model = registered(alice());
    EXPECT_EQ(gets(model, wire(make_pc("bob")) + wire(make_spm("carol", "hey"))),
              (lines{"| * bob wants a private connection: /accept or /refuse", "| carol: hey"}));
    EXPECT_EQ(is_told(model, "/accept dave"), lines{"| * there is nothing to decide about dave"});
    EXPECT_EQ(is_told(model, "/refuse bob"), (lines{"> ERROR 5 REFUSED", "> ERROR 0 OK"}));
}

TEST_F(Client, a_private_connection_has_two_answers) {
    client_model model = registered(alice({}, {client_variant::opens_a_tunnel}));
    EXPECT_EQ(is_told(model, "/private bob"), lines{R"(> PC pseudo="bob")"});
    EXPECT_EQ(is_told(model, "hello"), lines{});
    EXPECT_EQ(gets(model, wire(make_error(error_code::ok))), lines{});
    EXPECT_EQ(gets(model, wire(make_error(error_code::ok))),
              (lines{"| * bob accepts", "tunnel", R"(> SMA message="hello")"}));
}

TEST_F(Client, reads_any_pieces_alike) {
    const std::string bytes = wire(make_spm("bob", "one")) + wire(make_spm("bob", "two"));
    client_model model = registered(alice());
    lines all;
    for (const char byte : bytes) {
        for (std::string& line : gets(model, std::string_view{&byte, 1})) {
            all.push_back(std::move(line));
        }
    }
    EXPECT_EQ(all, (lines{"| bob: one", "> ERROR 0 OK", "| bob: two", "> ERROR 0 OK"}));
}

TEST_F(Client, says_what_is_wrong_and_ends_the_connection) {
    for (const std::string& bytes :
         {std::string{"\x09"}, wire(make_cr("bob")), wire(make_rpm("bob")), wire(make_sma("hi"))}) {
        client_model model = registered(alice());
        const lines all = gets(model, bytes + wire(make_spm("bob", "behind")));
        ASSERT_EQ(all.size(), 3U);
        EXPECT_TRUE(all[0].starts_with("| * the connection is broken: ")) << all[0];
        EXPECT_EQ(all[1], "closed");
        EXPECT_EQ(all[2], "exit 3");
        EXPECT_EQ(is_told(model, "anybody?"), lines{});
    }
}

TEST_F(Client, a_fault_breaks_what_it_says) {
    client_model asks_nobody = registered(alice({client_fault::sends_without_asking}));
    EXPECT_EQ(is_told(asks_nobody, "/msg bob hi"), lines{R"(> SPM pseudo="bob" message="hi")"});
    client_model crashes = registered(alice({client_fault::crashes_of_unknown_opcode}));
    EXPECT_EQ(gets(crashes, "\x09"), lines{"crash"});
    client_model accepts = registered(alice({client_fault::accepts_what_is_refused}));
    (void)gets(accepts, wire(make_pc("bob")));
    EXPECT_EQ(is_told(accepts, "/refuse bob"), lines{"> ERROR 0 OK"});
}

TEST_F(Client, leaves_with_its_input) {
    client_model model = registered(alice());
    model.input_ended();
    EXPECT_EQ(told(model), (lines{"closed", "exit 0"}));
}

}  // namespace
}  // namespace chatos::conformance
