// The same records for two sinks.
#pragma once

#include "dump/record/record.hpp"

namespace chatos::dump {

class tee_sink final : public record_sink {
public:
    /// Both must outlive the sink.
    tee_sink(record_sink& first, record_sink& second) : first_{first}, second_{second} {}

    void stream_began(const record_place& at, std::string_view name) override {
        first_.stream_began(at, name);
        second_.stream_began(at, name);
    }
    void packet(const packet_record& record) override {
        first_.packet(record);
        second_.packet(record);
    }
    void hidden(const packet_record& record) override {
        first_.hidden(record);
        second_.hidden(record);
    }
    void hidden_loss(std::uint32_t stream) override {
        first_.hidden_loss(stream);
        second_.hidden_loss(stream);
    }
    void malformed(const malformed_record& record) override {
        first_.malformed(record);
        second_.malformed(record);
    }
    void malformed_ended(const malformed_record& record) override {
        first_.malformed_ended(record);
        second_.malformed_ended(record);
    }
    void incomplete(const incomplete_record& record) override {
        first_.incomplete(record);
        second_.incomplete(record);
    }
    void event(const event_record& record) override {
        first_.event(record);
        second_.event(record);
    }
    void capture_began(std::string_view name, const capture_time& first_frame) override {
        first_.capture_began(name, first_frame);
        second_.capture_began(name, first_frame);
    }
    void idle() override {
        first_.idle();
        second_.idle();
    }
    void summary(const totals& account) override {
        first_.summary(account);
        second_.summary(account);
    }

private:
    record_sink& first_;
    record_sink& second_;
};

}  // namespace chatos::dump
