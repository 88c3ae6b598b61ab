// chatos-dump --stats: nothing of the packets is shown, but how many there were, and how long answers took.
#pragma once

#include "dump/output/output.hpp"
#include "dump/record/record.hpp"
#include "dump/stats/stats_account.hpp"

namespace chatos::dump {

enum class stats_form : std::uint8_t { text, json };

/// Memory is bounded, see stats_account.
class stats_sink final : public record_sink {
public:
    /// `next` shows the summary, behind the statistics; it must outlive the sink, and write to `out` as well.
    stats_sink(output& out, stats_form form, record_sink& next) : out_{out}, form_{form}, next_{next} {}

    void stream_began(const record_place& at, std::string_view name) override;
    void packet(const packet_record& record) override;
    void hidden(const packet_record& record) override;
    void malformed(const malformed_record& record) override;
    void malformed_ended(const malformed_record& record) override;
    void incomplete(const incomplete_record& record) override;
    void event(const event_record& record) override;
    void hidden_loss(std::uint32_t stream) override;
    void summary(const totals& account) override;

private:
    stream_traffic* stream_of(const record_place& at);
    void count_event(std::string_view name, std::uint64_t bytes, const record_place& at);

    output& out_;
    stats_form form_;
    record_sink& next_;
    stats_account account_;
};

/// The tables.
void add_stats_text(output& out, const stats_account& account);
/// One line of JSON, as dump-line.schema.json describes it.
void add_stats_json(output& out, const stats_account& account);

}  // namespace chatos::dump
