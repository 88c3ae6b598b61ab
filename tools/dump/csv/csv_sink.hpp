// The form for spreadsheets: RFC 4180, a header, then a row per packet and event.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <cstdint>
#include <string_view>

namespace chatos::dump {

/// Adds `text` as a quoted field on one line. Escapes are those of the text forms (`\n`, `\\`, `\u{202e}`), with quotes
/// doubled instead. A spreadsheet takes a field that begins with `=`, `+`, `-` or `@`, also in full width or after
/// spaces, for a formula: such a text gets a `'` before it, and so does one that begins with `'`, so that one `'` less
/// gives the text. `;` before one of them is `\x3b`, because in some countries fields end with it.
void add_csv_text(output& out, std::string_view text);

/// Each packet and event is a row with the columns of `header`; what a record does not have is empty. Bytes add up as
/// in JSON, but there is no summary.
class csv_sink final : public record_sink {
public:
    static constexpr std::string_view header =
        "type,stream,dir,file,src,dst,time,frame,offset,length,packet,pseudo,message,"
        "code,code_name,wrong_direction,event,bytes,detail\r\n";

    /// Adds the header.
    explicit csv_sink(output& out) : out_{out} { out_.add(header); }

    void take(const any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }

private:
    void on(const packet_record& record);
    void on(const malformed_end& end);
    void on(const incomplete_record& record);
    void on(const event_record& record);
    void on(const capture_event& event);
    void on(const auto& /*not_printed*/) {}
    void add_place(std::string_view type, const stream_position& at);
    void add_file(std::string_view name);
    void end_event(std::string_view name, std::uint64_t bytes, std::string_view detail);

    output& out_;
};

}  // namespace chatos::dump
