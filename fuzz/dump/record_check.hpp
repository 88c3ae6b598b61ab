// Holds the records of a dump beside those that it must give, as they come.
#pragma once

#include "dump/expected_records.hpp"
#include "dump/record/record.hpp"
#include "properties/verdict.hpp"

#include <string_view>

namespace chatos::fuzz {

/// "agrees": the records are what decode() says of the stream, packet by packet. "accounted": their offsets and sizes
/// adjoin, and every byte belongs to exactly one packet or to the event at the end. Passes each record on to `next`.
class record_check final : public dump::record_sink {
public:
    record_check(const dumped_stream& stream, dump::record_sink& next)
        : stream_{stream}, expected_{stream}, next_{next} {}

    void take(const dump::any_record& record) override;

    /// The first thing that was wrong; after summary().
    [[nodiscard]] const verdict& broken() const noexcept { return broken_; }

private:
    void on(const dump::packet_record& record);
    void on(const dump::malformed_record& record);
    void on(const dump::malformed_end& end);
    void on(const dump::incomplete_record& record);
    void on(const dump::totals& account);
    void on(const auto& /*of_captures*/) {}
    /// Moves to the next record that must come; false, and something is wrong, when it is none with this status.
    bool move_to(decode_status status, const dump::stream_position& at, std::span<const std::byte> bytes);
    void check(bool holds, std::string_view property, std::string_view detail);

    dumped_stream stream_;
    expected_records expected_;
    dump::record_sink& next_;
    expected_record wanted_;
    std::uint64_t end_{0};  ///< of the records so far
    bool malformed_open_{false};
    verdict broken_;
};

}  // namespace chatos::fuzz
