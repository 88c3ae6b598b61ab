#include "base/hex.hpp"
#include "capture/capture_properties.hpp"
#include "dump/record/packet_fields.hpp"
#include "dump/tcp/connection_table.hpp"
#include "dump/text/record_text.hpp"
#include "properties/workspace.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace chatos::fuzz {

namespace {

/// Wraps on the way.
constexpr std::uint32_t first_sequence = 0xFFFF'FFF0;

/// Writes down what matters of each record: not the frame, which depends on the segments.
class noting_sink final : public dump::record_sink {
public:
    void take(const dump::any_record& record) override {
        std::visit([this](const auto& alternative) { on(alternative); }, record);
    }

    [[nodiscard]] const std::string& notes() const noexcept { return notes_; }

private:
    void on(const dump::packet_record& record) {
        note("packet", record.at.offset, record.bytes.size());
        notes_ += base::to_hex(record.bytes);
    }
    void on(const dump::malformed_record& record) {
        note("malformed", record.at.offset, record.error.offset);
        notes_ += base::to_hex(record.bytes);
    }
    void on(const dump::malformed_end& end) {
        note("malformed_ended", end.malformed.at.offset, end.malformed.lost_bytes);
    }
    void on(const dump::incomplete_record& record) {
        note("incomplete", record.at.offset, record.need);
        notes_ += base::to_hex(record.bytes);
    }
    void on(const dump::event_record& record) {
        note(dump::event_name(record.kind), record.at.offset, record.bytes);
        notes_ += std::to_string(record.undecoded) + std::string{record.cause};
    }
    void on(const auto& /*not_noted*/) {}
    void note(std::string_view name, std::uint64_t offset, std::uint64_t number) {
        notes_ += "\n" + std::string{name} + " " + std::to_string(offset) + " " + std::to_string(number) + " ";
    }

    std::string notes_;
};

struct part {
    std::size_t begin;
    std::size_t size;
};

struct network {
    bool loses_one{false};
    bool has_handshake{true};
    std::vector<part> parts;
    std::size_t lost_part{SIZE_MAX};
};

/// What the script makes of a stream of `size` bytes.
network network_of(std::span<const std::byte> script, std::size_t size) {
    network result;
    std::size_t at = 0;
    const auto next = [&] { return at < script.size() ? std::to_integer<std::size_t>(script[at++]) : 0; };
    const std::size_t flags = next();
    result.loses_one = (flags & 1U) != 0;
    result.has_handshake = (flags & 2U) == 0;
    // Without a handshake only so many segments may change places.
    const std::size_t parts_max = result.has_handshake ? 200 : dump::reassembler::start_segments_max - 1;
    for (std::size_t begin = 0; begin < size;) {
        const std::size_t choice = next();
        const bool is_last = choice == 0 || result.parts.size() + 1 == parts_max;
        const std::size_t bytes = is_last ? size - begin : std::min(choice, size - begin);
        result.parts.push_back({begin, bytes});
        begin += bytes;
    }
    result.lost_part = result.loses_one && !result.parts.empty() ? next() % result.parts.size() : SIZE_MAX;
    if (result.lost_part != SIZE_MAX) {
        result.parts.erase(result.parts.begin() + static_cast<std::ptrdiff_t>(result.lost_part));
    }
    const std::size_t count = result.parts.size();
    for (std::size_t changes = 0; at + 1 < script.size() && count != 0 && changes < 64; ++changes) {
        const std::size_t from = next() % count;
        const std::size_t to = next();
        if (to >= 128 && result.has_handshake) {
            result.parts.push_back(result.parts[from]);
        } else {
            std::swap(result.parts[from], result.parts[to % count]);
        }
    }
    return result;
}

struct outcome {
    std::string notes;
    dump::totals account;
    dump::capture_totals capture;
};

outcome play(std::span<const std::byte> stream, const network& how) {
    static end_aligned_block memory;
    outcome result;
    noting_sink sink;
    dump::server_ports ports;
    ports.set(7777);
    dump::capture_context context{.sink = sink, .account = result.account};
    dump::connection_table connections{ports, context, result.capture, 0};
    dump::decapsulated_frame frame;
    frame.ip.source.bytes[0] = 1;
    frame.tcp = {.source_port = 4000, .destination_port = 7777, .has_sequence = true, .has_payload_bytes = true};
    const auto send = [&](std::uint32_t sequence, std::span<const std::byte> bytes) {
        ++context.now.mark.frame;
        frame.tcp.sequence = sequence;
        frame.tcp.payload = memory.lend_copy(bytes);
        frame.tcp.payload_bytes = static_cast<std::uint32_t>(bytes.size());
        connections.take(frame);
    };
    if (how.has_handshake) {
        frame.tcp.is_syn = true;
        send(first_sequence - 1, {});
        frame.tcp.is_syn = false;
    }
    for (const part& piece : how.parts) {
        send(first_sequence + static_cast<std::uint32_t>(piece.begin), stream.subspan(piece.begin, piece.size));
    }
    frame.tcp.is_fin = true;
    send(first_sequence + static_cast<std::uint32_t>(stream.size()), {});
    connections.finish();
    result.notes = sink.notes();
    return result;
}

}  // namespace

verdict check_reassembly(std::span<const std::byte> input) {
    if (input.empty()) {
        return {};
    }
    const std::size_t script_bytes = std::min(std::to_integer<std::size_t>(input[0]), input.size() - 1);
    const std::span<const std::byte> script = input.subspan(1, script_bytes);
    const std::span<const std::byte> stream = input.subspan(1 + script_bytes);
    const network how = network_of(script, stream.size());
    const outcome played = play(stream, how);
    const dump::totals& account = played.account;
    if (account.input_bytes !=
        account.packet_bytes + account.malformed_bytes + account.incomplete_bytes + account.unframed_bytes) {
        return failure{"accounted", "the bytes of the records are not those of the input:" + played.notes};
    }
    const bool knows_start = how.has_handshake || how.lost_part == SIZE_MAX;
    if (knows_start && account.input_bytes + played.capture.bytes.missing_bytes != stream.size()) {
        return failure{"accounted", "of " + std::to_string(stream.size()) + " bytes " +
                                        std::to_string(account.input_bytes) + " were input and " +
                                        std::to_string(played.capture.bytes.missing_bytes) +
                                        " missing:" + played.notes};
    }
    if (how.loses_one || stream.empty()) {
        return {};
    }
    network whole = how;
    whole.parts = {{0, stream.size()}};
    const outcome expected = play(stream, whole);
    if (expected.notes != played.notes) {
        return failure{"same", "in one piece:" + expected.notes + "\nas the network had it:" + played.notes};
    }
    return {};
}

}  // namespace chatos::fuzz
