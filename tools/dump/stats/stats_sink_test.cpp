#include "base/colors.hpp"
#include "dump/filter/filter_sink.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/stats/stats_sink.hpp"
#include "dump/testing/dump_run.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

std::vector<byte_string> conversation() {
    return login_then({frame_of({.sequence = 16,
                                 .payload = "\x02\x00\x03"
                                            "eve"sv}),
                       frame_of({.sequence = 102,
                                 .payload = "\x06\x04\x03\x00\x03"
                                            "eve\x00\x00\x00\x02hi"sv,
                                 .from_server = true}),
                       frame_of({.sequence = 22,
                                 .payload = "\x06\x00\x02\x00\x03"
                                            "eve"sv}),
                       frame_of({.sequence = 130, .payload = "late"sv, .from_server = true})});
}

std::string stats_of(stats_format form, std::string_view filter_text = {}) {
    output out;
    json_sink json{out};
    text_sink text{out, base::no_colors, text_detail::lines, false};
    record_sink& last = form == stats_format::json ? static_cast<record_sink&>(json) : text;
    stats_sink sink{out, form, last};
    if (filter_text.empty()) {
        return dump_frames(sink, out, conversation()).text;
    }
    filter_sink filtered{std::get<filter>(filter::parse(filter_text)), sink};
    return dump_frames(filtered, out, conversation()).text;
}

TEST(stats_sink, shows_tables_for_people) {
    EXPECT_EQ(stats_of(stats_format::text), R"(packets                  c2s       bytes         s2c       bytes
CR                         1           6           0           0
RPM                        2          12           0           0
SPM                        0           0           1          12
SMA                        0           0           0           0
PC                         0           0           0           0
ERROR                      1           2           2           4
all                        4          20           3          16

answers             requests  deliveries
0 OK                       1           1
4 UNREACHABLE              1           0
to nothing                 0           0

round trips            asked    answered  unanswered     unknown         min      median         p99         max
CR                         1           1           0           0    1.000 ms    1.000 ms    1.000 ms    1.000 ms
RPM                        2           1           0           1    1.000 ms    1.000 ms    1.000 ms    1.000 ms
delivered SPM              1           1           0           0    1.000 ms    1.000 ms    1.000 ms    1.000 ms
1 stream lacks bytes: which answer belongs to which request is uncertain after them

events                 count       bytes
gap                        1          14
incomplete                 1           4

streams                  c2s       bytes         s2c       bytes      events
0                          4          20           3          16           2  10.0.0.1:40000 "bob" > 10.0.0.2:7777

7 packets in 1 stream; 8 frames = 8 decoded + 0 skipped
40 bytes read = 36 in packets + 0 malformed + 0 incomplete + 4 unframed; 14 missing, 0 repeated
)");
}

TEST(stats_sink, is_one_line_of_json_before_the_summary) {
    const std::string json = stats_of(stats_format::json);
    EXPECT_EQ(
        json.find(R"({"type":"stats","packets":{"CR":{"c2s":{"packets":1,"bytes":6},"s2c":{"packets":0,"bytes":0}})"),
        0U)
        << json;
    for (
        const std::string_view wanted :
        {R"("answers":{"to_requests":{"OK":1,"UNREACHABLE":1,"unasked":0},"to_deliveries":{"OK":1,"unasked":0}})"sv,
         R"("CR":{"asked":1,"answered":1,"unanswered":0,"unknown":0,"min_ns":1000000,"median_ns":1000000,"p99_ns":1000000,"max_ns":1000000})"sv,
         R"("RPM":{"asked":2,"answered":1,"unanswered":0,"unknown":1,)"sv,
         R"("uncertain_streams":1,"events":{"gap":{"count":1,"bytes":14},"incomplete":{"count":1,"bytes":4}})"sv,
         R"("events":2,"client":"10.0.0.1:40000","server":"10.0.0.2:7777","pseudo":"bob"}}})"sv,
         "\n{\"type\":\"summary\",\"frames\":8,"sv}) {
        EXPECT_NE(json.find(wanted), std::string::npos) << wanted << "\nin " << json;
    }
}

TEST(stats_sink, counts_what_a_filter_accepts_and_still_knows_the_answers) {
    const std::string text = stats_of(stats_format::text, "packet==CR");
    EXPECT_NE(text.find("all                        1           6           0           0\n"), std::string::npos);
    EXPECT_NE(text.find("CR                         1           1           0           0    1.000 ms"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("RPM                        2"), std::string::npos);
    EXPECT_EQ(text.find("\nevents "), std::string::npos);
    EXPECT_NE(text.find("1 stream lacks bytes"), std::string::npos);
}

TEST(stats_sink, keeps_no_table_of_many_streams) {
    std::vector<byte_string> frames;
    for (std::uint16_t port = 0; port <= stats_account::streams_max; ++port) {
        frames.push_back(frame_of(
            {.sequence = 9, .payload = "\x06\x00"sv, .client_port = static_cast<std::uint16_t>(40'000 + port)}));
    }
    output out;
    text_sink text{out, base::no_colors, text_detail::lines, false};
    stats_sink sink{out, stats_format::text, text};
    EXPECT_NE(dump_frames(sink, out, frames).text.find("more than 20 streams: see one with --follow STREAM"),
              std::string::npos);
}

}  // namespace
}  // namespace chatos::dump::testing
