// Gathers what a capture says into the conversations that the conformance judge and the scenario writer understand.
#pragma once

#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"
#include "judge/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace chatos::dump {

/// The conversation of one capture file, and what places in it need.
struct captured_trace {
    std::string file;  ///< empty where only one is read
    conformance::trace trace;
    std::unordered_map<std::uint32_t, stream_endpoints> endpoints;  ///< of each stream
    /// Where a derived class has shortened the trace: no later packet has a frame up to this one.
    std::uint64_t judged_until{0};
    std::uint8_t time_digits{0};
    /// All connections are between loopback addresses, and no time or acknowledgement shows that frames are out of
    /// order.
    bool is_orderly_loopback{true};
};

/// Passes records on, if there is somebody to pass them to, and keeps their content. Bounded: of what comes behind the
/// bounds is only known that it came.
class trace_sink : public record_sink {
public:
    static constexpr std::size_t packets_max = 1'000'000;
    static constexpr std::size_t text_bytes_max = 256U << 20U;

    /// `shown` gets the records of streams, `next` the others; either may be null, and both must outlive the sink.
    /// Of bytes that are no packets at most `raw_bytes_max` are kept.
    trace_sink(record_sink* shown, record_sink* next, std::size_t raw_bytes_max = text_bytes_max)
        : shown_{shown}, next_{next}, raw_bytes_max_{raw_bytes_max} {}

    void take(const any_record& record) final;

protected:
    /// How much the trace grows between two calls of shorten().
    static constexpr std::size_t part_bytes = 1U << 20U;

    /// The trace has grown by `part_bytes`: packets and connections that are not needed any more may be dropped.
    /// Whether some were.
    [[nodiscard]] virtual bool shorten(captured_trace& /*capture*/) { return false; }
    /// A live input has nothing more for now; `account`, which may be null, is of what was read so far.
    virtual void paused(captured_trace& /*capture*/, const totals* /*account*/) {}
    /// A number that grows with the trace.
    [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }
    /// A capture is over.
    virtual void capture_ended(captured_trace& capture) = 0;
    /// Before the summary.
    virtual void all_captures_ended() = 0;

private:
    void on(const packet_record& record);
    void on(const malformed_record& record);
    void on(const malformed_end& end);
    void on(const incomplete_record& record);
    void on(const undecoded_record& record);
    void on(const event_record& record);
    void on(const direction_closed& record);
    void on(const capture_start& start);
    void on(const totals& account);
    void on(const input_pause& pause);
    void on(const auto& /*not_judged*/) {}
    conformance::connection& connection_at(const stream_position& at);
    conformance::direction_trace& direction_at(const stream_position& at);
    conformance::malformed_packet& malformed_at(const stream_position& at);
    bool has_room_for(std::size_t bytes) noexcept;
    void note_order(const frame_mark& mark);
    void shorten_trace();
    void end_capture();

    record_sink* shown_;
    record_sink* next_;
    captured_trace current_;
    bool has_begun_{false};
    std::unordered_map<std::uint32_t, std::size_t> connection_indexes_;  // stream to index
    std::uint64_t changes_{0};
    std::size_t packets_{0};
    std::size_t text_bytes_{0};
    std::size_t raw_bytes_max_;
    std::size_t raw_bytes_{0};                          // malformed, or of unfinished packets
    std::unordered_set<std::uint64_t> cut_directions_;  // of which malformed bytes were not kept
    frame_mark newest_;                                 // the mark of the last frame
    std::size_t grown_bytes_{0};                        // since the last call of shorten()
};

}  // namespace chatos::dump
