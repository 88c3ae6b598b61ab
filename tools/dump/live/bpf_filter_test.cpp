#include "base/packet_builder.hpp"
#include "dump/live/bpf_filter.hpp"

#include <gtest/gtest.h>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;

captured_frame on_link(const byte_string& bytes, std::uint16_t link_type) {
    return {.link_type = link_type, .bytes = bytes, .original_bytes = static_cast<std::uint32_t>(bytes.size())};
}

TEST(bpf_filter, is_true_of_frames_by_their_link_type) {
    const byte_string packet = ipv4(tcp({.sequence = 1, .payload = "x"}), false);
    const byte_string frame = ethernet(0x0800, packet);
    for (const auto& [expression, wanted] :
         {std::pair{"tcp port 7777", true}, std::pair{"tcp port 7778", false}, std::pair{"host 10.0.0.1", true},
          std::pair{"src host 10.0.0.2", false}, std::pair{"greater 1000", false}}) {
        bpf_filter filter{expression};
        EXPECT_EQ(filter.check(), nullptr) << expression;
        EXPECT_EQ(filter.accepts(on_link(frame, 1)), wanted) << expression;
        EXPECT_EQ(filter.accepts(on_link(packet, 101)), wanted) << expression;
        EXPECT_EQ(filter.accepts(on_link(packet, 12)), wanted) << expression;
        EXPECT_EQ(filter.accepts(on_link(frame, 1)), wanted) << expression;
        EXPECT_EQ(filter.problem(), "");
    }
}

TEST(bpf_filter, says_on_which_link_an_expression_makes_no_sense) {
    bpf_filter filter{"ether host 02:00:00:00:00:01"};
    EXPECT_EQ(filter.check(), nullptr);
    EXPECT_FALSE(filter.accepts(on_link(byte_string(40), 101)));
    EXPECT_EQ(filter.problem().rfind("the expression of -f makes no sense on link type 101: ", 0), 0U);
}

TEST(bpf_filter, looks_at_what_was_captured_only) {
    bpf_filter filter{"tcp port 7777"};
    EXPECT_FALSE(filter.accepts(on_link({}, 1)));
    EXPECT_FALSE(filter.accepts(on_link(byte_string(20), 1)));
}

TEST(bpf_filter, points_near_what_is_wrong) {
    const auto said = [](const std::string& expression) {
        const std::unique_ptr<bpf_problem> problem = bpf_filter{expression}.check();
        return problem ? bpf_error_text(expression, *problem) : std::string{};
    };
    EXPECT_EQ(
        said("tcp port 80 adn host 10.0.0.1"),
        R"(bad expression for -f: can't parse filter expression: syntax error; look near column 13, and see pcap-filter(7)
  tcp port 80 adn host 10.0.0.1
              ^^^)");
    EXPECT_NE(said("prt 80").find("\n  prt 80\n  ^^^"), std::string::npos) << said("prt 80");
    EXPECT_NE(said("tcp and").find("\n  tcp and\n      ^^^"), std::string::npos) << said("tcp and");
    EXPECT_NE(said("(tcp").find("\n  (tcp\n  ^^^^"), std::string::npos) << said("(tcp");
    EXPECT_EQ(said("tcp \x1b[31m").find('\x1b'), std::string::npos);
    EXPECT_EQ(said(""), "");
}

}  // namespace
}  // namespace chatos::dump::testing
