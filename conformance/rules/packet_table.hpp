// The packets and error codes as tables for readers: what stands before the rules, so that the rules alone suffice to
// write an implementation. Layouts come from <chatos/layout.hpp>; what a packet means in each direction is told here.
#pragma once

#include <chatos/layout.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

struct described_field {
    std::string_view name;             ///< "pseudo_size", as field_name() has it
    std::optional<std::size_t> bytes;  ///< nothing: as many as the field before says
};

struct described_packet {
    const packet_layout* layout{nullptr};
    std::vector<described_field> fields;  ///< in wire order, the opcode first
    std::string_view from_client;         ///< what it means when a client sends it; empty: no client sends it
    std::string_view from_server;         ///< what it means when a server sends it; empty: no server sends it
};

struct described_code {
    error_code code{error_code::ok};
    std::string_view name;  ///< "PSEUDO_TAKEN", as error_code_name() has it
    std::string_view meaning;
};

/// The six packets, in the order of their opcodes.
[[nodiscard]] std::vector<described_packet> described_packets();
/// The assigned error codes, in their order.
[[nodiscard]] std::vector<described_code> described_codes();
/// "pseudo size: 2 bytes; pseudo": the fields after the opcode.
[[nodiscard]] std::string layout_text(const described_packet& packet);

/// Both tables, as Markdown; ends with a line end.
[[nodiscard]] std::string packet_table_markdown();
/// Both tables and all rules by area: a page from which an implementation can be written.
[[nodiscard]] std::string rules_markdown();
/// Both tables, for a terminal of at least 80 columns; ends with an empty line.
[[nodiscard]] std::string packet_table_text();
/// Both tables as members of a JSON object, without its braces: `"packets": [...], "error_codes": [...]`.
[[nodiscard]] std::string packet_table_json();

}  // namespace chatos::conformance
