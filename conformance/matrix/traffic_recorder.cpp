#include "matrix/traffic_recorder.hpp"

#include <chatos/decode.hpp>

#include <algorithm>

namespace chatos::conformance {

std::size_t traffic_recorder::opened() {
    const std::size_t stream = trace_.connections.size();
    trace_.connections.emplace_back().stream = static_cast<std::uint32_t>(stream);
    readers_.emplace_back();
    readers_.emplace_back();
    return stream;
}

void traffic_recorder::sent(std::size_t stream, side sender, std::span<const std::byte> bytes, std::int64_t time_ns) {
    direction_trace& said = trace_.connections[stream].from(sender);
    direction_reader& reader = reader_of(stream, sender);
    bytes_ += bytes.size();
    if (said.malformed && !is_full()) {
        keep_undecoded(*said.malformed, bytes);
        return;
    }
    if (!is_full()) {
        reader.unfinished.insert(reader.unfinished.end(), bytes.begin(), bytes.end());
    }
    for (std::span<const std::byte> remaining = bytes;;) {
        const std::uint64_t offset = reader.decoder.offset();
        if (is_full()) {
            said.distrust(offset, "there was more than is kept for judging");
            reader.unfinished.clear();
            return;
        }
        const decode_result result = reader.decoder.next(remaining);
        if (result.status == decode_status::incomplete) {
            return;
        }
        ++trace_.frames;
        if (result.status == decode_status::malformed) {
            malformed_packet& broken = said.malformed.emplace();
            broken.frame = trace_.frames;
            broken.time_ns = time_ns;
            broken.offset = offset;
            broken.rule = rule_of(result.error.what);
            broken.reason = describe(result.error.what);
            keep_undecoded(broken, reader.unfinished);
            reader.unfinished.clear();
            return;
        }
        said.packets.push_back({.frame = trace_.frames,
                                .time_ns = time_ns,
                                .offset = offset,
                                .length = result.consumed,
                                .op = result.packet.op,
                                .code = static_cast<std::uint8_t>(result.packet.code),
                                .pseudo = std::string{result.packet.pseudo},
                                .message = std::string{result.packet.message}});
        ++packets_;
        reader.unfinished.erase(reader.unfinished.begin(),
                                reader.unfinished.begin() + static_cast<std::ptrdiff_t>(result.consumed));
    }
}

void traffic_recorder::ended(std::size_t stream, side sender, direction_end how, std::int64_t time_ns) {
    direction_trace& said = trace_.connections[stream].from(sender);
    if (said.is_finished) {
        return;
    }
    said.end = how;
    said.end_frame = ++trace_.frames;
    said.end_time_ns = time_ns;
    said.is_finished = true;
    said.unfinished = reader_of(stream, sender).unfinished;
}

void traffic_recorder::keep_undecoded(malformed_packet& broken, std::span<const std::byte> bytes) const {
    broken.bytes_total += bytes.size();
    broken.bytes.insert(broken.bytes.end(), bytes.begin(), bytes.end());
}

}  // namespace chatos::conformance
