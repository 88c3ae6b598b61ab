#include "dump/check/conversation_sink.hpp"

#include <utility>

namespace chatos::dump {

using conformance::broken_packet;
using conformance::ending;
using conformance::speaker;
using conformance::talk;
using conformance::utterances;

namespace {

std::int64_t nanoseconds_of(const capture_time& time) noexcept {
    // Beyond the years 1678 to 2262 a time is taken for none.
    constexpr std::int64_t seconds_max = 9'000'000'000;
    if (time.digits == 0 || time.seconds > seconds_max || time.seconds < -seconds_max) {
        return 0;
    }
    return time.seconds * 1'000'000'000 + time.nanoseconds;
}

std::string_view doubt_of(const event_record& record) noexcept {
    switch (record.kind) {
    case event_kind::gap: return "bytes are missing (gap)";
    case event_kind::truncated: return "the snap length cut bytes off (truncated)";
    case event_kind::conflict: return "the same bytes came with two contents (conflict)";
    case event_kind::midstream: return "the capture begins in the middle of the stream (midstream)";
    case event_kind::resync: return "the beginning of a packet was guessed (resync)";
    case event_kind::unframed: return "bytes belong to no packet that is known (unframed)";
    case event_kind::evicted: return "memory was given up while reading (evicted)";
    case event_kind::reset: break;
    }
    return {};
}

}  // namespace

talk& conversation_sink::talk_at(const record_place& at) {
    const auto [found, is_new] = talks_.emplace(at.stream, current_.heard.talks.size());
    if (is_new) {
        current_.heard.talks.emplace_back().stream = at.stream;
        current_.ends.push_back(at.capture != nullptr && at.capture->ends != nullptr ? *at.capture->ends
                                                                                     : stream_ends{});
    }
    return current_.heard.talks[found->second];
}

utterances& conversation_sink::said_at(const record_place& at) {
    return talk_at(at).by(at.way == direction::client_to_server ? speaker::client : speaker::server);
}

void conversation_sink::stream_began(const record_place& at, std::string_view name) {
    if (shown_ != nullptr) {
        shown_->stream_began(at, name);
    }
}

void conversation_sink::packet(const packet_record& record) {
    if (shown_ != nullptr) {
        shown_->packet(record);
    }
    utterances& said = said_at(record.at);
    const frame_mark& mark = record.at.capture->mark;
    text_bytes_ += record.packet.pseudo.size() + record.packet.message.size();
    if (++packets_ > packets_max || text_bytes_ > text_bytes_max) {
        said.distrust(record.at.offset, "there is more in the capture than is kept for judging");
        return;
    }
    if (mark.is_late) {
        said.distrust(record.at.offset, "the capture has a packet later than its acknowledgement");
    }
    said.packets.push_back({.frame = mark.frame,
                            .time_ns = nanoseconds_of(mark.time),
                            .offset = record.at.offset,
                            .length = record.bytes.size(),
                            .op = record.packet.op,
                            .code = static_cast<std::uint8_t>(record.packet.code),
                            .pseudo = std::string{record.packet.pseudo},
                            .message = std::string{record.packet.message}});
    current_.time_digits = mark.time.digits;
}

void conversation_sink::malformed(const malformed_record& record) {
    if (shown_ != nullptr) {
        shown_->malformed(record);
    }
    const frame_mark& mark = record.at.capture->mark;
    broken_packet& broken = broken_at(record.at);
    broken.frame = mark.frame;
    broken.time_ns = nanoseconds_of(mark.time);
    broken.rule = rule_of(record.error.what);
    broken.reason = violation_name(record.error.what);
}

void conversation_sink::malformed_ended(const malformed_record& record) {
    if (shown_ != nullptr) {
        shown_->malformed_ended(record);
    }
    broken_at(record.at).all_bytes = record.lost_bytes;
}

broken_packet& conversation_sink::broken_at(const record_place& at) {
    std::optional<broken_packet>& broken = said_at(at).broken;
    if (!broken) {
        broken.emplace().offset = at.offset;
    }
    return *broken;
}

void conversation_sink::undecoded(const record_place& of, std::span<const std::byte> bytes) {
    if (shown_ != nullptr) {
        shown_->undecoded(of, bytes);
    }
    text_bytes_ += bytes.size();
    if (text_bytes_ <= text_bytes_max) {
        std::vector<std::byte>& kept = broken_at(of).bytes;
        kept.insert(kept.end(), bytes.begin(), bytes.end());
    }
}

void conversation_sink::incomplete(const incomplete_record& record) {
    if (shown_ != nullptr) {
        shown_->incomplete(record);
    }
    said_at(record.at).cut_short.assign(record.bytes.begin(), record.bytes.end());
}

void conversation_sink::event(const event_record& record) {
    if (shown_ != nullptr) {
        shown_->event(record);
    }
    if (const std::string_view doubt = doubt_of(record); !doubt.empty()) {
        said_at(record.at).distrust(record.at.offset, doubt);
    }
}

void conversation_sink::direction_ended(const end_record& record) {
    if (shown_ != nullptr) {
        shown_->direction_ended(record);
    }
    utterances& said = said_at(record.at);
    said.end = record.kind == end_kind::fin     ? ending::fin
               : record.kind == end_kind::reset ? ending::reset
                                                : ending::open;
    said.end_frame = record.at.capture->mark.frame;
    if (!record.has_begun) {
        said.distrust(0, "no frame of this direction was captured");
    } else if (record.unseen != 0 && record.kind != end_kind::fin) {
        said.distrust(record.at.offset, "bytes that were acknowledged are in no frame");
    }
}

void conversation_sink::end_capture() {
    if (!std::exchange(has_begun_, false)) {
        return;
    }
    heard(current_);
    current_ = {};
    talks_.clear();
    packets_ = 0;
    text_bytes_ = 0;
}

void conversation_sink::capture_began(std::string_view name, const capture_time& first_frame) {
    end_capture();
    has_begun_ = true;
    current_.file = name;
    if (next_ != nullptr) {
        next_->capture_began(name, first_frame);
    }
}

void conversation_sink::summary(const totals& account) {
    end_capture();
    all_heard();
    if (next_ != nullptr) {
        next_->summary(account);
    }
}

}  // namespace chatos::dump
