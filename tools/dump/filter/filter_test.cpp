// What filters accept.
#include "dump/filter/filter.hpp"
#include "dump/record/capture_position.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chatos::dump {
namespace {

struct subjects {
    stream_endpoints endpoints{
        .client = {{{10, 0, 0, 1}}, 40'000}, .server = {{{10, 0, 0, 2}}, 7'777}, .ip_version = 4};
    capture_position place{
        .mark = {.frame = 4, .time = {1'700'000'000, 3'000'000, 6}}, .endpoints = &endpoints, .file = {}};
    packet_view spm = make_spm("bob", "say hallo");
    packet_view error = make_error(error_code::unreachable);
    filter_subject message{.at = {2, stream_direction::client_to_server, 9, &place}, .packet = &spm, .size = 19};
    filter_subject answer{.at = {2, stream_direction::server_to_client, 30, &place}, .packet = &error, .size = 2};
    filter_subject gap{.at = {3, stream_direction::client_to_server, 9, &place}, .event = "gap", .size = 100};
    filter_subject raw{.at = {0, stream_direction::client_to_server, 0, nullptr}, .packet = &spm, .size = 19};
};

bool accepts(std::string_view text, const filter_subject& subject) {
    const auto parsed = filter::parse(text);
    EXPECT_TRUE(std::holds_alternative<filter>(parsed)) << text;
    return std::holds_alternative<filter>(parsed) && std::get<filter>(parsed).accepts(subject);
}

TEST(filter, accepts_what_its_fields_say) {
    const subjects all;
    for (const std::string_view text : {R"(packet==SPM && pseudo=="bob" && message~"h[ae]llo")",
                                        "type==packet",
                                        "stream==2",
                                        "dir==c2s",
                                        "frame==4",
                                        "offset==9",
                                        "length==19",
                                        "length>18 && length<20 && length>=19 && length<=19",
                                        "src==10.0.0.1",
                                        "src==10.0.0.1:40000",
                                        "src==:40000",
                                        "dst==:7777 && dst==10.0.0.2",
                                        "src!=10.0.0.2",
                                        "dst!=:40000",
                                        "time==1700000000.003",
                                        "time>2023-11-14",
                                        "time<2023-11-15",
                                        R"(message contains "say")",
                                        R"(pseudo<"bobb" && pseudo>"boa")",
                                        R"(src~"^10\." && src contains ":40000")",
                                        R"(dst contains ":7777" && !(dst contains ":40000"))",
                                        R"(dst contains "10.0.0.2" && dst~":7777$")",
                                        "pseudo && message && !code",
                                        "!(code==4) && !(code!=4)",
                                        "!event",
                                        "code || pseudo",
                                        "src && time && frame"}) {
        EXPECT_TRUE(accepts(text, all.message)) << text;
    }
    for (const std::string_view text :
         {"packet!=SPM", "type==event", "event", "code", "code==4", "code!=4", "bytes>=0", "stream!=2", "dir==s2c",
          "src==10.0.0.1:7777", "src==::1", "dst!=10.0.0.2", "time>1700000000.003", R"(message=="say hello")",
          R"(pseudo contains "bobb")", R"(pseudo~"^ob")", "code && pseudo", R"(dst contains "10.0.0.1")",
          R"(src contains ":7777")"}) {
        EXPECT_FALSE(accepts(text, all.message)) << text;
    }
}

TEST(filter, a_field_that_a_record_lacks_makes_every_comparison_false) {
    const subjects all;
    EXPECT_TRUE(accepts("code==UNREACHABLE && code>3", all.answer));
    EXPECT_FALSE(accepts(R"(pseudo!="bob")", all.answer));
    EXPECT_TRUE(accepts(R"(!(pseudo=="bob"))", all.answer));
    EXPECT_TRUE(accepts("event==gap && bytes>=100 && type==event && stream==3", all.gap));
    EXPECT_FALSE(accepts("event!=gap || length || packet || pseudo || code", all.gap));
    EXPECT_FALSE(accepts("src || dst || frame || time", all.raw));
    EXPECT_FALSE(accepts("src!=10.0.0.1 || time!=0", all.raw));
    EXPECT_TRUE(accepts("stream==0 && packet && dir==c2s", all.raw));
}

TEST(filter, a_frame_without_a_time_has_none) {
    subjects all;
    all.place.mark.time = {};
    EXPECT_FALSE(accepts("time || time==0", all.message));
    EXPECT_TRUE(accepts("frame==4", all.message));
}

TEST(filter, ipv4_and_ipv6_addresses_are_never_the_same) {
    subjects all;
    all.endpoints = {.client = {{{10, 0, 0, 1}}, 1}, .server = {{}, 2}, .ip_version = 6};
    EXPECT_FALSE(accepts("src==10.0.0.1", all.message));
    EXPECT_TRUE(accepts("src==[a00:1::] && dst==[::]:2", all.message));
    EXPECT_TRUE(accepts(R"(dst~"^\[::\]:2$")", all.message));
}

TEST(filter, binds_and_before_or) {
    const subjects all;
    EXPECT_TRUE(accepts("type==packet || code && event", all.message));
    EXPECT_FALSE(accepts("(type==packet || code) && event", all.message));
    EXPECT_TRUE(accepts("!code && !event", all.message));
    EXPECT_FALSE(accepts("!(code || pseudo)", all.message));
}

}  // namespace
}  // namespace chatos::dump
