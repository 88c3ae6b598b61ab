// The form for programs: one JSON object per line, as dump-line.schema.json describes them.
#pragma once

#include "dump/json/json_place.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

namespace chatos::dump {

class json_object;

/// Prints records as lines of JSON. Each byte of the input is counted in exactly one line: in a packet's `length` or
/// in an event's `bytes`. That is why a malformed stream's event comes at the end of that stream.
class json_sink final : public record_sink {
public:
    explicit json_sink(output& out) : out_{out} {}

    void stream_began(const record_place& at, std::string_view name) override;
    void packet(const packet_record& record) override;
    void malformed(const malformed_record& record) override;
    void malformed_ended(const malformed_record& record) override;
    void incomplete(const incomplete_record& record) override;
    void event(const event_record& record) override;
    void summary(const totals& account) override;

private:
    void begin_event(json_object& line, std::string_view event, const record_place& at, std::uint64_t bytes);

    output& out_;
    json_places places_;
};

}  // namespace chatos::dump
