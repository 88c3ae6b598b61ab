// The model client: bytes and lines in, bytes and lines out.
#include "model/client.hpp"
#include "testing/manual_run.hpp"

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
        for (const client_fault fault : faults) {
            settings.faults.add(fault);
        }
        for (const client_variant variant : variants) {
            settings.variants.add(variant);
        }
        return settings;
    }

    /// A line for each output: "> SMA" for bytes, "| text" for the screen, "closed", "exit 3", "crash".
    static lines output_of(client_model& model) {
        lines all;
        for (const client_output& output : model.take_output()) {
            switch (output.action) {
            case client_output::kind::send: all.push_back("> " + text_of(output.text)); break;
            case client_output::kind::show: all.push_back("| " + output.text); break;
            case client_output::kind::close: all.emplace_back("closed"); break;
            case client_output::kind::tunnel: all.emplace_back("tunnel opens"); break;
            case client_output::kind::tunnel_send: all.push_back("tunnel > " + text_of(output.text)); break;
            case client_output::kind::tunnel_end: all.emplace_back("tunnel closed"); break;
            case client_output::kind::exit:
                all.push_back("exit " + std::to_string(static_cast<int>(output.code)));
                break;
            case client_output::kind::crash: all.emplace_back("crash"); break;
            }
        }
        return all;
    }

    static client_model registered(const client_settings& settings) {
        client_model model{settings};
        model.connected();
        model.receive(wire(make_error(error_code::ok)));
        (void)output_of(model);
        return model;
    }

    static lines receive(client_model& model, std::string_view bytes) {
        model.receive(bytes);
        return output_of(model);
    }
    static lines command(client_model& model, std::string_view line) {
        model.command(line);
        return output_of(model);
    }

private:
    static std::string text_of(const std::string& bytes) {
        const decode_result result = decode(std::as_bytes(std::span{bytes}));
        const bool whole = result.status == decode_status::complete && result.consumed == bytes.size();
        return whole ? describe(owned(result.packet)) : std::to_string(bytes.size()) + " bytes";
    }
};

TEST_F(Client, sends_no_request_before_it_is_registered) {
    client_model model{alice()};
    model.connected();
    EXPECT_EQ(output_of(model), lines{R"(> CR pseudo="alice")"});
    EXPECT_EQ(command(model, "hello"), lines{});
    EXPECT_EQ(receive(model, wire(make_error(error_code::ok))),
              (lines{"| * ready: you are alice", R"(> SMA message="hello")"}));
}

TEST_F(Client, leaves_when_its_pseudo_is_taken_or_the_server_full) {
    client_model taken{alice()};
    EXPECT_EQ(receive(taken, wire(make_error(error_code::pseudo_taken))),
              (lines{"| * somebody else has this pseudo", "closed", "exit 4"}));
    client_model full{alice()};
    EXPECT_EQ(receive(full, wire(make_error(error_code::out_of_capacity))),
              (lines{"| * the server does not let you in", "closed", "exit 5"}));
}

TEST_F(Client, answers_a_message_and_shows_it_without_control_characters) {
    client_model model = registered(alice());
    EXPECT_EQ(receive(model, wire(make_spm("bob", "hi\x1b[2J"))), (lines{"| bob: hi?[2J", "> ERROR 0 OK"}));
}

TEST_F(Client, sends_an_rpm_first_and_one_request_at_a_time) {
    client_model model = registered(alice());
    EXPECT_EQ(command(model, "/msg bob two words"), lines{R"(> RPM pseudo="bob")"});
    EXPECT_EQ(command(model, "to all"), lines{});
    EXPECT_EQ(receive(model, wire(make_spm("carol", "hey"))), (lines{"| carol: hey", "> ERROR 0 OK"}));
    EXPECT_EQ(receive(model, wire(make_error(error_code::ok))), lines{R"(> SPM pseudo="bob" message="two words")"});
    EXPECT_EQ(receive(model, wire(make_error(error_code::ok))), (lines{"| * delivered", R"(> SMA message="to all")"}));
}

TEST_F(Client, answers_in_order_after_an_undecided_offer) {
    client_model model = registered(alice());
    EXPECT_EQ(receive(model, wire(make_pc("bob")) + wire(make_spm("carol", "hey"))),
              (lines{"| * bob wants a private connection: /accept or /refuse", "| carol: hey"}));
    EXPECT_EQ(command(model, "/accept dave"), lines{"| * there is nothing to decide about dave"});
    EXPECT_EQ(command(model, "/refuse bob"), (lines{"> ERROR 5 REFUSED", "> ERROR 0 OK"}));
}

TEST_F(Client, a_private_connection_has_two_answers) {
    client_model model = registered(alice());
    EXPECT_EQ(command(model, "/private bob"), lines{R"(> PC pseudo="bob")"});
    EXPECT_EQ(command(model, "hello"), lines{});
    EXPECT_EQ(receive(model, wire(make_error(error_code::ok))), lines{});
    EXPECT_EQ(receive(model, wire(make_error(error_code::ok))),
              (lines{"| * bob accepts", "tunnel opens", "tunnel > 14 bytes", R"(> SMA message="hello")"}));
    model.tunnel_received(wire(make_error(error_code::ok)) + "hi\n");
    EXPECT_EQ(output_of(model), (lines{"| * the private connection with bob is open", "| (bob) hi"}));
    model.tunnel_ended();
    EXPECT_EQ(output_of(model),
              (lines{"| * the private connection with bob has ended: the other side has ended it", "tunnel closed"}));
}

TEST_F(Client, reads_bytes_in_any_pieces) {
    const std::string bytes = wire(make_spm("bob", "one")) + wire(make_spm("bob", "two"));
    client_model model = registered(alice());
    lines all;
    for (const char byte : bytes) {
        for (std::string& line : receive(model, std::string_view{&byte, 1})) {
            all.push_back(std::move(line));
        }
    }
    EXPECT_EQ(all, (lines{"| bob: one", "> ERROR 0 OK", "| bob: two", "> ERROR 0 OK"}));
}

TEST_F(Client, ends_the_connection_with_a_message_after_malformed_input) {
    for (const std::string& bytes :
         {std::string{"\x09"}, wire(make_cr("bob")), wire(make_rpm("bob")), wire(make_sma("hi"))}) {
        client_model model = registered(alice());
        const lines all = receive(model, bytes + wire(make_spm("bob", "later")));
        ASSERT_EQ(all.size(), 3U);
        EXPECT_TRUE(all[0].starts_with("| * the connection is broken: ")) << all[0];
        EXPECT_EQ(all[1], "closed");
        EXPECT_EQ(all[2], "exit 3");
        EXPECT_EQ(command(model, "anybody?"), lines{});
    }
}

TEST_F(Client, faults_have_their_effect) {
    client_model skips_rpm = registered(alice({client_fault::sends_without_asking}));
    EXPECT_EQ(command(skips_rpm, "/msg bob hi"), lines{R"(> SPM pseudo="bob" message="hi")"});
    client_model crashes = registered(alice({client_fault::crashes_of_unknown_opcode}));
    EXPECT_EQ(receive(crashes, "\x09"), lines{"crash"});
    client_model accepts = registered(alice({client_fault::accepts_what_is_refused}));
    (void)receive(accepts, wire(make_pc("bob")));
    EXPECT_EQ(command(accepts, "/refuse bob"), (lines{"> ERROR 0 OK", "tunnel opens", "tunnel > 14 bytes"}));
}

TEST_F(Client, leaves_at_end_of_input) {
    client_model model = registered(alice());
    model.input_ended();
    EXPECT_EQ(output_of(model), (lines{"closed", "exit 0"}));
}

}  // namespace
}  // namespace chatos::conformance
