#include "json/json_value.hpp"
#include "rules/packet_table.hpp"
#include "rules/rule.hpp"
#include "testing/scenario_text.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace chatos::conformance {
namespace {

TEST(PacketTable, tells_what_a_packet_means_in_exactly_the_directions_that_it_has) {
    const std::vector<described_packet> packets = described_packets();
    ASSERT_EQ(packets.size(), packet_table.size());
    for (const described_packet& packet : packets) {
        EXPECT_EQ(packet.from_client.empty(), !packet.layout->from_client) << packet.layout->name;
        EXPECT_EQ(packet.from_server.empty(), !packet.layout->from_server) << packet.layout->name;
    }
}

TEST(PacketTable, lists_the_fields_in_wire_order) {
    EXPECT_EQ(layout_text(described_packets()[2]), "pseudo size: 2 bytes; pseudo; message size: 4 bytes; message");
    EXPECT_EQ(layout_text(described_packets()[5]), "error code: 1 byte");
}

TEST(PacketTable, has_every_assigned_code_with_its_meaning) {
    std::string numbers;
    for (const described_code& code : described_codes()) {
        numbers += std::to_string(static_cast<unsigned>(code.code)) + ' ';
        EXPECT_FALSE(code.meaning.empty()) << code.name;
    }
    EXPECT_EQ(numbers, "0 1 2 4 5 ");
    EXPECT_NE(packet_table_text().find("Codes 3, 6 to 255 are not assigned"), std::string::npos);
}

TEST(PacketTable, fits_a_terminal) {
    std::istringstream lines{packet_table_text()};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 100U) << line;
        EXPECT_EQ(line.find('`'), std::string::npos) << line;
    }
}

TEST(PacketTable, its_json_is_an_objects_members) {
    const auto parsed = parse_json('{' + packet_table_json() + '}');
    ASSERT_TRUE(std::holds_alternative<json_value>(parsed)) << packet_table_json();
}

TEST(PacketTable, stands_before_all_rules_on_the_page_of_rules) {
    const std::string page = rules_markdown();
    for (const rule& rule : all_rules()) {
        EXPECT_LT(page.find(packet_table_markdown()), page.find("| " + std::string{rule.id} + " | ")) << rule.id;
        EXPECT_NE(page.find(std::string{rule.text} + " |\n"), std::string::npos) << rule.id;
        EXPECT_EQ(rule.text.find('|'), std::string_view::npos) << "a bar would end the cell: " << rule.id;
    }
}

TEST(PacketTable, the_guide_begins_with_what_the_renderer_prints) {
    const std::string guide = testing::source_file("GUIDE.md");
    const std::size_t at = guide.find(packet_table_markdown());
    ASSERT_NE(at, std::string::npos) << "GUIDE.md must contain:\n" << packet_table_markdown();
    EXPECT_LT(at, guide.find("\n## 1. "));
}

}  // namespace
}  // namespace chatos::conformance
