#include "runner/event.hpp"
#include "runner/unit_bytes.hpp"
#include "testing/manual_run.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

namespace chatos::conformance {
namespace {

using testing::make_scenario;
using testing::wire;

outgoing bytes_of_send(const std::string& keys) {
    const scenario scenario = make_scenario(R"([{"actor": "alice", "send": )" + keys + "}]");
    return bytes_of(std::get<send_action>(scenario.steps.front().action), pseudonyms{"t"});
}

std::string hex_of(const std::string& keys) {
    return hex_excerpt(bytes_of_send(keys).bytes, 1'000);
}

std::string text_of(const outgoing& data) {
    return {reinterpret_cast<const char*>(data.bytes.data()), data.bytes.size()};
}

TEST(UnitBytes, a_legal_packet_is_what_the_codec_makes_of_it) {
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "CR", "pseudo": "bob"})")), wire(make_cr("bob")));
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "RPM", "pseudo": "bob"})")), wire(make_rpm("bob")));
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "SPM", "pseudo": "{bob}", "message": "h\u00e9"})")),
              wire(make_spm("bob-t", "h\u00e9")));
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "SMA", "message": {"repeat": "ab", "times": 512}})")),
              wire(make_sma([] {
                  static std::string long_text;
                  for (int count = 0; long_text.size() < 1'024; ++count) {
                      long_text += "ab";
                  }
                  return std::string_view{long_text};
              }())));
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "PC", "pseudo": "bob"})")), wire(make_pc("bob")));
    EXPECT_EQ(text_of(bytes_of_send(R"({"packet": "ERROR", "code": 4})")), wire(make_error(error_code::unreachable)));
}

TEST(UnitBytes, packets_against_the_rules_are_made_as_well) {
    EXPECT_EQ(hex_of(R"({"packet": "CR", "pseudo": ""})"), "01 00 00");
    EXPECT_EQ(hex_of(R"({"packet": "ERROR", "code": 200})"), "06 c8");
    EXPECT_EQ(bytes_of_send(R"({"packet": "CR", "pseudo": {"repeat": "x", "times": 70000}})").bytes.size(), 70'003U)
        << "a size that does not fit is cut, the text is not";
}

TEST(UnitBytes, an_edit_overwrites_and_behind_the_end_it_appends) {
    EXPECT_EQ(hex_of(R"({"packet": "ERROR", "code": 0, "edit": [{"at": 0, "hex": "07"}]})"), "07 00");
    EXPECT_EQ(hex_of(R"({"packet": "ERROR", "code": 0, "edit": [{"at": 1, "hex": "0102"}]})"), "06 01 02");
    EXPECT_EQ(hex_of(R"({"packet": "ERROR", "code": 9, "edit": [{"at": 4, "hex": "ff"}]})"), "06 09 00 00 ff");
    EXPECT_EQ(
        hex_of(R"([{"packet": "ERROR", "code": 1}, {"packet": "ERROR", "code": 2, "edit": [{"at": 1, "hex": "ee"}]}])"),
        "06 01 06 ee")
        << "offsets count from the start of their own packet";
}

TEST(UnitBytes, raw_atoms_and_packets_go_out_together) {
    EXPECT_EQ(hex_of(R"([{"raw": "u8:4 u16:1 x:00ff 'b{bob}'"}, {"packet": "ERROR", "code": 0}])"),
              "04 00 01 00 ff 62 62 6f 62 2d 74 06 00");
}

TEST(UnitBytes, everything_goes_out_in_one_write_unless_it_is_split) {
    using ends = std::vector<std::size_t>;
    const std::string send = R"({"raw": "x:0102030405"})";
    EXPECT_EQ(bytes_of_send(send).write_ends, ends{5});
    EXPECT_EQ(bytes_of_send(send + R"(, "split": "bytes")").write_ends, (ends{1, 2, 3, 4, 5}));
    EXPECT_EQ(bytes_of_send(send + R"(, "split": [1, 3])").write_ends, (ends{1, 3, 5}));
    EXPECT_EQ(bytes_of_send(send + R"(, "split": [2, 5, 9])").write_ends, (ends{2, 5})) << "offsets beyond the end";
}

TEST(UnitBytes, a_segmentation_cuts_what_a_scenario_sends_at_once) {
    const scenario scenario = make_scenario(R"([{"actor": "alice", "send": [{"packet": "ERROR", "code": 0},
                                             {"packet": "ERROR", "code": 5}, {"raw": "u8:6"}]},
                                            {"actor": "alice", "send": {"packet": "ERROR", "code": 0}, "split": [1]}])",
                                            R"("closing_fence": false,)");
    const auto ends = [&](std::size_t step, segmentation segment) {
        return bytes_of(std::get<send_action>(scenario.steps[step].action), pseudonyms{"t"}, segment).write_ends;
    };
    using offsets = std::vector<std::size_t>;
    EXPECT_EQ(ends(0, segmentation::whole), offsets{5});
    EXPECT_EQ(ends(0, segmentation::boundaries), (offsets{2, 4, 5}));
    EXPECT_EQ(ends(0, segmentation::bytes), (offsets{1, 2, 3, 4, 5}));
    EXPECT_EQ(ends(1, segmentation::whole), (offsets{1, 2})) << "a scenario's own cuts stay";
    EXPECT_EQ(ends(1, segmentation::boundaries), (offsets{1, 2}));
}

TEST(UnitBytes, what_is_long_goes_byte_by_byte_at_its_beginning_and_its_end) {
    const scenario scenario =
        make_scenario(R"([{"actor": "alice", "send": {"packet": "SMA", "message": {"repeat": "x", "times": 60000}}}])");
    const auto ends =
        bytes_of(std::get<send_action>(scenario.steps[0].action), pseudonyms{"t"}, segmentation::bytes).write_ends;
    ASSERT_EQ(ends.size(), 4'096U + 17U);
    EXPECT_EQ(ends[4'095], 4'096U);
    EXPECT_EQ(ends[4'096], 60'005U - 16U);
    EXPECT_EQ(ends.back(), 60'005U);
}

}  // namespace
}  // namespace chatos::conformance
