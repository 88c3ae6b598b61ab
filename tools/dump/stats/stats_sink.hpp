// chatos-dump --stats: shows counts of packets and the times of answers instead of packets.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/stats/stats_account.hpp"

namespace chatos::dump {

enum class stats_format : std::uint8_t { text, json };

/// Memory is bounded, see stats_account.
class stats_sink final : public record_sink {
public:
    /// `next` shows the summary, after the statistics; it must outlive the sink, and write to `out` as well.
    stats_sink(output& out, stats_format form, record_sink& next) : out_{out}, form_{form}, next_{next} {}

    void take(const any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }

private:
    void on(const stream_start& start) { stream_of(start.at); }
    void on(const packet_record& record);
    void on(const hidden_packet& record);
    void on(const hidden_loss& loss) { account_.trips.mark_uncertain(loss.at.stream); }
    void on(const malformed_record& record) { account_.trips.mark_uncertain(record.at.stream); }
    void on(const malformed_end& end);
    void on(const incomplete_record& record);
    void on(const event_record& record);
    void on(const totals& account);
    void on(const auto& /*not_counted*/) {}
    stream_traffic* stream_of(const stream_position& at);
    void count_event(std::string_view name, std::uint64_t bytes, const stream_position& at);

    output& out_;
    stats_format form_;
    record_sink& next_;
    stats_account account_;
};

/// The tables.
void add_stats_text(output& out, const stats_account& account);
/// One line of JSON, as dump-line.schema.json describes it.
void add_stats_json(output& out, const stats_account& account);

}  // namespace chatos::dump
