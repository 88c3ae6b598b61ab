// Sinks that only pass records on.
#pragma once

#include "dump/record/record.hpp"

#include <cstdint>

namespace chatos::dump {

/// Passes every record to two sinks, which must outlive this one.
class tee_sink final : public record_sink {
public:
    tee_sink(record_sink& first, record_sink& second) : first_{first}, second_{second} {}

    void take(const any_record& record) override {
        first_.take(record);
        second_.take(record);
    }

private:
    record_sink& first_;
    record_sink& second_;
};

/// chatos-dump --follow: passes on the records of one stream, and those that belong to no single stream. The account
/// at the end is still that of the whole input.
class one_stream_sink final : public record_sink {
public:
    /// `next` must outlive the sink.
    one_stream_sink(std::uint32_t stream, record_sink& next) : stream_{stream}, next_{next} {}

    void take(const any_record& record) override {
        if (const stream_position* const at = position_of(record); at == nullptr || at->stream == stream_) {
            next_.take(record);
        }
    }

private:
    std::uint32_t stream_;
    record_sink& next_;
};

}  // namespace chatos::dump
