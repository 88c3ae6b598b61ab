// Records become rows of a sequence chart.
#pragma once

#include "dump/ladder/ladder_chart.hpp"
#include "dump/output/output.hpp"
#include "dump/record/client_names.hpp"
#include "dump/record/record.hpp"

#include <map>
#include <string>

namespace chatos::dump {

/// How much is drawn at a time. Names that become known within a page appear in its header.
struct ladder_bounds {
    std::size_t rows_max{1'000};
    std::size_t lifelines_max{SIZE_MAX};
    bool is_paged{true};  ///< draw full pages and begin new ones; otherwise further rows are counted and left out
};

/// Draws a page whenever it is full, and the last one at the end. Bounded: a row holds less than 2 KiB.
class ladder_sink final : public record_sink {
public:
    /// `next` is given the summary, unless it is null; it and `canvas` must outlive the sink.
    ladder_sink(const ladder_bounds& bounds, ladder_canvas& canvas, record_sink* next)
        : bounds_{bounds}, canvas_{canvas}, next_{next} {}

    void take(const any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }

private:
    void on(const packet_record& record);
    void on(const hidden_packet& record) { names_.learn(record.hidden); }
    void on(const malformed_record& record);
    void on(const incomplete_record& record);
    void on(const event_record& record);
    void on(const capture_start& start);
    void on(const input_pause& pause);
    void on(const totals& account);
    void on(const auto& /*not_drawn*/) {}
    void add(base::chart_mark mark, const stream_position& at, bool is_wrong, const output& label);
    std::size_t lifeline_of(const stream_position& at, bool is_client);
    [[nodiscard]] bool has_room(const stream_position& at) const;
    void sort_rows();
    void name_lifelines();
    void draw();

    ladder_bounds bounds_;
    ladder_canvas& canvas_;
    record_sink* next_;
    ladder_chart chart_;
    std::map<std::string, std::size_t, std::less<>> servers_;
    std::map<std::uint32_t, std::size_t> clients_;  // by stream
    client_names names_;
    std::uint64_t capture_{0};
    bool is_first_chart_{true};
};

}  // namespace chatos::dump
