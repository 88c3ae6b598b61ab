// The form for programs: one JSON object per line, as dump-line.schema.json describes them.
#pragma once

#include "dump/json/json_position.hpp"
#include "dump/output/line_piece.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <chatos/layout.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace chatos::dump {

class json_object;

/// Prints records as lines of JSON. Each byte of the input is counted in exactly one line: in a packet's `length` or
/// in an event's `bytes`. That is why a malformed stream's event comes at the end of that stream.
class json_sink final : public record_sink {
public:
    explicit json_sink(output& out);

    void take(const any_record& record) override;

private:
    void on(const capture_event& event);
    void on(const packet_record& record);
    void on(const malformed_end& end);
    void on(const incomplete_record& record);
    void on(const event_record& record);
    void on(const totals& account);
    void on(const auto& /*not_printed*/) {}
    void begin_event(json_object& line, std::string_view event, const stream_position& at, std::uint64_t bytes);

    void add_text(std::string_view start, std::string_view text);

    output& out_;
    json_position_writer positions_;
    std::array<line_piece, packet_table.size() + 1> packet_pieces_;  // by opcode
    std::array<line_piece, 6> code_pieces_;                          // by code; one of them is not assigned
};

}  // namespace chatos::dump
