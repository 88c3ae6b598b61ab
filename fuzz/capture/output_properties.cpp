// What other programs get of a capture: the frames of its streams as another capture, and a table.
#include "capture/capture_properties.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/csv/csv_sink.hpp"
#include "dump/output/frame_selection.hpp"
#include "dump/output/pcapng_writer.hpp"
#include "dump/record/forwarding_sinks.hpp"
#include "dump/testing/memory_source.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

namespace {

struct packet_copy {
    std::uint32_t stream;
    dump::stream_direction direction;
    std::uint64_t offset;
    std::vector<std::byte> bytes;

    friend bool operator==(const packet_copy&, const packet_copy&) = default;
};

class packet_list final : public dump::record_sink {
public:
    explicit packet_list(dump::record_sink& next) : next_{next} {}
    void take(const dump::any_record& record) override {
        if (const auto* const packet = std::get_if<dump::packet_record>(&record)) {
            packets.push_back({packet->at.stream,
                               packet->at.direction,
                               packet->at.offset,
                               {packet->bytes.begin(), packet->bytes.end()}});
        }
        next_.take(record);
    }

    std::vector<packet_copy> packets;

private:
    dump::record_sink& next_;
};

struct read_capture {
    std::vector<packet_copy> packets;
    std::string table;
    std::string problem;
    std::uint64_t frames{0};
};

read_capture read(std::span<const std::byte> file, dump::frame_listener* listener, dump::record_sink* frames) {
    dump::output out;
    dump::csv_sink table{out};
    packet_list packets{table};
    dump::capture_options options;
    options.listener = listener;
    options.ports.set(7777);
    dump::totals account;
    dump::capture_totals capture;
    account.capture = &capture;
    dump::testing::memory_source source{file};

    dump::tee_sink both{packets, frames != nullptr ? *frames : packets};
    dump::record_sink& sink = frames != nullptr ? static_cast<dump::record_sink&>(both) : packets;
    std::string problem = dump::dump_capture(source, {}, options, sink, account, capture, out);
    return {std::move(packets.packets), out.text(), std::move(problem), capture.frames};
}

/// Commas outside of quotes; a number that no row has if the quotes are wrong.
std::size_t columns_of(std::string_view row) {
    bool is_quoted = false;
    std::size_t columns = 1;
    for (const char letter : row) {
        is_quoted = is_quoted != (letter == '"');
        columns += letter == ',' && !is_quoted ? 1 : 0;
    }
    return is_quoted ? 0 : columns;
}

verdict check_table(std::string_view text) {
    const std::size_t columns = columns_of(dump::csv_sink::header);
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        const std::string_view row = text.substr(0, end);
        const bool is_clean = std::ranges::all_of(row, [](char letter) {
            const auto value = static_cast<unsigned char>(letter);
            return value >= 0x20 && value != 0x7F;
        });
        if (end == std::string_view::npos || !is_clean || columns_of(row) != columns) {
            return failure{"table", "no row of the table: " + std::string{row}};
        }
        text.remove_prefix(end + 2);
    }
    return {};
}

}  // namespace

verdict check_capture_outputs(std::span<const std::byte> file) {
    dump::output kept_file;
    dump::pcapng_writer writer{kept_file};
    dump::frame_selection selection{writer, {}};
    const read_capture original = read(file, &selection, &selection);
    if (verdict broken = check_table(original.table)) {
        return broken;
    }
    const std::string kept_text = kept_file.text();
    const read_capture kept = read(std::as_bytes(std::span{kept_text}), nullptr, nullptr);
    if (!kept.problem.empty() || kept.frames > original.frames) {
        return failure{"kept", std::to_string(kept.frames) + " of " + std::to_string(original.frames) +
                                   " frames were kept: " + kept.problem};
    }
    if (!(kept.packets == original.packets)) {
        return failure{"kept", std::to_string(original.packets.size()) + " packets; the kept frames have " +
                                   std::to_string(kept.packets.size()) + ", or others"};
    }
    return {};
}

}  // namespace chatos::fuzz
