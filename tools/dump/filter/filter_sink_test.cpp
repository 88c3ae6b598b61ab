#include "base/capture_builder.hpp"
#include "dump/filter/filter_sink.hpp"
#include "dump/testing/dump_run.hpp"
#include "dump/testing/every_record.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;
using namespace std::string_view_literals;

filter parsed(std::string_view text) {
    return std::get<filter>(filter::parse(text));
}

std::vector<byte_string> conversation() {
    return login_then({frame_of({.sequence = 16,
                                 .payload = "\x02\x00\x03"
                                            "eve\x07"sv}),
                       frame_of({.sequence = 23, .payload = "lost"sv})});
}

std::string filtered(std::string_view text) {
    return text_of_frames(conversation(), text_detail::lines, time_format::relative,
                          [text](record_sink& next) { return std::make_unique<filter_sink>(parsed(text), next); })
        .text;
}

TEST(filter_sink, shows_what_is_accepted_and_the_account_of_everything) {
    EXPECT_EQ(filtered("packet==RPM"), R"(   0.004000  10.0.0.1:40000 "bob" > 10.0.0.2:7777          RPM    pseudo="eve"
3 packets in 1 stream; 6 frames = 6 decoded + 0 skipped
19 bytes read = 14 in packets + 5 malformed + 0 incomplete + 0 unframed; 0 missing, 0 repeated
)");
}

TEST(filter_sink, keeps_events_apart_from_packets) {
    const std::string events = filtered("event==malformed");
    EXPECT_EQ(events.find("CR"), std::string::npos);
    EXPECT_NE(events.find("MALFORMED  WIRE-1"), std::string::npos);
    EXPECT_NE(events.find("5 bytes from offset 12"), std::string::npos);
    EXPECT_EQ(filtered("packet").find("MALFORMED"), std::string::npos);
}

TEST(filter_sink, hides_packets_and_events_and_passes_all_other_records) {
    std::vector<any_record> passing = every_record(7);
    std::erase_if(passing, [](const any_record& record) { return std::holds_alternative<capture_event>(record); });
    kind_list shown;
    filter_sink sink{parsed("stream==7"), shown};
    for (const any_record& record : every_record(7)) {
        sink.take(record);
    }
    EXPECT_EQ(shown.kinds, kinds_of(passing));
    shown.kinds.clear();
    for (const any_record& record : every_record(8)) {
        sink.take(record);
    }
    EXPECT_EQ(shown.kinds,
              kinds_of({capture_start{}, stream_start{}, hidden_packet{}, hidden_packet{}, hidden_loss{}, hidden_loss{},
                        undecoded_record{}, hidden_loss{}, direction_closed{}, input_pause{}, totals{}}));
}

}  // namespace
}  // namespace chatos::dump::testing
