// The text formats: one line per packet, or a tree per packet.
#pragma once

#include "base/colors.hpp"
#include "dump/output/line_piece.hpp"
#include "dump/output/output.hpp"
#include "dump/record/client_names.hpp"
#include "dump/record/record.hpp"
#include "dump/text/line_ends.hpp"
#include "dump/text/time_text.hpp"

#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace chatos::dump {

enum class text_detail { lines, tree };

/// Prints records as text. Strings and names of files are escaped: nothing from the input reaches a terminal raw.
class text_sink final : public record_sink {
public:
    /// With `name_streams` each stream starts with a line that names its source.
    text_sink(output& out, const base::colors& colors, text_detail detail, bool name_streams,
              time_format time = time_format::relative);

    void take(const any_record& record) override;

private:
    void on(const stream_start& start);
    void on(const capture_start& start);
    void on(const capture_event& event);
    void on(const packet_record& record);
    void on(const hidden_packet& record);
    void on(const malformed_record& record);
    void on(const malformed_end& end);
    void on(const incomplete_record& record);
    void on(const event_record& record);
    void on(const totals& account);
    void on(const auto& /*not_printed*/) {}
    void start_line(const stream_position& at, std::string_view claimed = {});
    char* begin_line(const stream_position& at, std::string_view claimed);
    void add_packet(const packet_record& record);
    void add_capture_place(const stream_position& at);
    void add_byte_account(const totals& account);
    void capture_summary(const totals& account);
    void add_note(std::string_view note);
    void add_excerpt(std::span<const std::byte> bytes, std::uint64_t offset);

    output& out_;
    base::colors colors_;
    text_detail detail_;
    bool name_streams_;
    time_column time_;
    client_names names_;
    line_ends ends_;
    std::array<line_piece, packet_table.size() + 1> packet_pieces_;  // by opcode
    std::array<line_piece, 6> code_pieces_;                          // by code; one of them is not assigned
};

}  // namespace chatos::dump
