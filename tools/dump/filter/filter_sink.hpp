// chatos-dump -Y: passes on the records that a filter accepts; the account at the end is still that of the whole input.
#pragma once

#include "dump/filter/filter.hpp"
#include "dump/text/event_detail.hpp"

namespace chatos::dump {

class filter_sink final : public record_sink {
public:
    /// `next` must outlive the sink. Packets that are kept out are shown to it as hidden().
    filter_sink(filter accepted, record_sink& next) : filter_{std::move(accepted)}, next_{next} {}

    void stream_began(const record_place& at, std::string_view name) override { next_.stream_began(at, name); }
    void packet(const packet_record& record) override {
        if (filter_.accepts({.at = record.at, .packet = &record.packet, .size = record.bytes.size()})) {
            next_.packet(record);
        } else {
            next_.hidden(record);
        }
    }
    void hidden(const packet_record& record) override { next_.hidden(record); }
    void malformed(const malformed_record& record) override {
        if (filter_.accepts({.at = record.at, .event = "malformed", .size = record.lost_bytes})) {
            next_.malformed(record);
        } else {
            next_.hidden_loss(record.at.stream);
        }
    }
    void malformed_ended(const malformed_record& record) override {
        if (filter_.accepts({.at = record.at, .event = "malformed", .size = record.lost_bytes})) {
            next_.malformed_ended(record);
        }
    }
    void incomplete(const incomplete_record& record) override {
        if (filter_.accepts({.at = record.at, .event = "incomplete", .size = record.bytes.size()})) {
            next_.incomplete(record);
        }
    }
    void event(const event_record& record) override {
        if (filter_.accepts({.at = record.at, .event = event_name(record.kind), .size = record.bytes})) {
            next_.event(record);
        } else if (loses_bytes(record)) {
            next_.hidden_loss(record.at.stream);
        }
    }
    void hidden_loss(std::uint32_t stream) override { next_.hidden_loss(stream); }
    void capture_began(std::string_view name, const capture_time& first_frame) override {
        next_.capture_began(name, first_frame);
    }
    void idle() override { next_.idle(); }
    void summary(const totals& account) override { next_.summary(account); }

private:
    filter filter_;
    record_sink& next_;
};

}  // namespace chatos::dump
