#include "dump/filter/filter_sink.hpp"

#include "dump/text/record_text.hpp"

#include <optional>

namespace chatos::dump {

namespace {

/// What a filter judges of a record; nothing for a record that no filter hides.
std::optional<filter_subject> subject_of(const any_record& record) {
    if (const auto* const packet = std::get_if<packet_record>(&record)) {
        return filter_subject{.at = packet->at, .packet = &packet->packet, .size = packet->bytes.size()};
    }
    if (const auto* const malformed = std::get_if<malformed_record>(&record)) {
        return filter_subject{.at = malformed->at, .event = "malformed", .size = malformed->lost_bytes};
    }
    if (const auto* const end = std::get_if<malformed_end>(&record)) {
        return filter_subject{.at = end->malformed.at, .event = "malformed", .size = end->malformed.lost_bytes};
    }
    if (const auto* const incomplete = std::get_if<incomplete_record>(&record)) {
        return filter_subject{.at = incomplete->at, .event = "incomplete", .size = incomplete->bytes.size()};
    }
    if (const auto* const event = std::get_if<event_record>(&record)) {
        return filter_subject{.at = event->at, .event = event_name(event->kind), .size = event->bytes};
    }
    return std::nullopt;
}

}  // namespace

void filter_sink::take(const any_record& record) {
    if (std::holds_alternative<capture_event>(record)) {
        return;
    }
    const std::optional<filter_subject> subject = subject_of(record);
    if (!subject || filter_.accepts(*subject)) {
        next_.take(record);
        return;
    }
    const auto* const event = std::get_if<event_record>(&record);
    if (const auto* const packet = std::get_if<packet_record>(&record)) {
        next_.take(hidden_packet{*packet});
    } else if (std::holds_alternative<malformed_record>(record) || (event != nullptr && loses_bytes(*event))) {
        next_.take(hidden_loss{subject->at});
    }
}

}  // namespace chatos::dump
