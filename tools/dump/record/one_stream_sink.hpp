// chatos-dump --follow: of all streams only one is shown; the account at the end is still that of the whole input.
#pragma once

#include "dump/record/record.hpp"

#include <cstdint>

namespace chatos::dump {

/// Passes on the records of one stream.
class one_stream_sink final : public record_sink {
public:
    /// `next` must outlive the sink.
    one_stream_sink(std::uint32_t stream, record_sink& next) : stream_{stream}, next_{next} {}

    void stream_began(const record_place& at, std::string_view name) override {
        if (at.stream == stream_) {
            next_.stream_began(at, name);
        }
    }
    void packet(const packet_record& record) override {
        if (record.at.stream == stream_) {
            next_.packet(record);
        }
    }
    void hidden(const packet_record& record) override {
        if (record.at.stream == stream_) {
            next_.hidden(record);
        }
    }
    void hidden_loss(std::uint32_t stream) override {
        if (stream == stream_) {
            next_.hidden_loss(stream);
        }
    }
    void malformed(const malformed_record& record) override {
        if (record.at.stream == stream_) {
            next_.malformed(record);
        }
    }
    void malformed_ended(const malformed_record& record) override {
        if (record.at.stream == stream_) {
            next_.malformed_ended(record);
        }
    }
    void incomplete(const incomplete_record& record) override {
        if (record.at.stream == stream_) {
            next_.incomplete(record);
        }
    }
    void undecoded(const record_place& of, std::span<const std::byte> bytes) override {
        if (of.stream == stream_) {
            next_.undecoded(of, bytes);
        }
    }
    void event(const event_record& record) override {
        if (record.at.stream == stream_) {
            next_.event(record);
        }
    }
    void direction_ended(const end_record& record) override {
        if (record.at.stream == stream_) {
            next_.direction_ended(record);
        }
    }
    void capture_began(std::string_view name, const capture_time& first_frame) override {
        next_.capture_began(name, first_frame);
    }
    void idle() override { next_.idle(); }
    void summary(const totals& account) override { next_.summary(account); }

private:
    std::uint32_t stream_;
    record_sink& next_;
};

}  // namespace chatos::dump
