#include "capture/capture_properties.hpp"

#include "base/colors.hpp"
#include "dump/capture/capture_dump.hpp"
#include "dump/capture/frame_reader.hpp"
#include "dump/json/json_sink.hpp"
#include "dump/testing/memory_source.hpp"
#include "dump/text/text_sink.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace chatos::fuzz {

namespace {

struct frame_copy {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
    std::uint16_t link_type;
    std::uint32_t original_bytes;
    std::vector<std::byte> bytes;

    friend bool operator==(const frame_copy&, const frame_copy&) = default;
};

struct read_file_result {
    std::vector<frame_copy> frames;
    std::string problem;
    bool is_bounded{true};

    friend bool operator==(const read_file_result&, const read_file_result&) = default;
};

read_file_result read_file_in_pieces(std::span<const std::byte> file, std::size_t piece_bytes) {
    dump::testing::memory_source source{file, piece_bytes};
    dump::frame_reader feed{source};
    read_file_result result;
    while (const dump::captured_frame* const frame = feed.next()) {
        result.is_bounded = result.is_bounded && frame->bytes.size() <= dump::frame_bytes_max &&
                            frame->bytes.size() <= frame->original_bytes && frame->time.nanoseconds < 1'000'000'000;
        result.frames.push_back({frame->time.seconds,
                                 frame->time.nanoseconds,
                                 frame->link_type,
                                 frame->original_bytes,
                                 {frame->bytes.begin(), frame->bytes.end()}});
    }
    result.problem = feed.problem();
    return result;
}

verdict check_lines(const std::string& text) {
    const bool is_clean = std::ranges::all_of(text, [](char letter) {
        const auto value = static_cast<unsigned char>(letter);
        return letter == '\n' || (value >= 0x20 && value != 0x7F);
    });
    if (!is_clean || (!text.empty() && text.back() != '\n')) {
        return failure{"lines", "the output has a control character, or no line end: " + text};
    }
    return {};
}

/// The file through everything, into one form of output.
verdict check_dump_of(std::span<const std::byte> file, dump::record_sink& sink, dump::output& out) {
    dump::capture_options options;
    options.ports.set(7777);
    dump::totals account;
    dump::capture_totals capture;
    account.capture = &capture;
    dump::testing::memory_source source{file};
    const std::string problem = dump::dump_capture(source, {}, options, sink, account, capture, out);
    sink.take(account);
    const std::uint64_t skipped = std::accumulate(capture.skipped.begin(), capture.skipped.end(), std::uint64_t{0});
    if (capture.frames != capture.decoded + skipped) {
        return failure{"accounted", std::to_string(capture.frames) + " frames, " + std::to_string(capture.decoded) +
                                        " decoded, " + std::to_string(skipped) + " skipped"};
    }
    if (account.input_bytes !=
        account.packet_bytes + account.malformed_bytes + account.incomplete_bytes + account.unframed_bytes) {
        return failure{"accounted", "the bytes of packets and events are not those of the input: " + out.text()};
    }
    const dump::reassembly_counts& bytes = capture.bytes;
    if (capture.payload_bytes !=
        account.input_bytes + bytes.repeated_bytes + bytes.outside_bytes + bytes.after_end_bytes) {
        return failure{"accounted", "of " + std::to_string(capture.payload_bytes) +
                                        " bytes of segments some are in no count: " + out.text()};
    }
    return check_lines(out.text());
}

}  // namespace

verdict check_capture(std::span<const std::byte> input) {
    if (input.empty()) {
        return {};
    }
    const std::span<const std::byte> file = input.subspan(1);
    const read_file_result whole = read_file_in_pieces(file, SIZE_MAX);
    const read_file_result pieces = read_file_in_pieces(file, 1 + std::to_integer<std::size_t>(input[0]));
    if (!whole.is_bounded) {
        return failure{"bounded", "a frame is larger than it can be, or its time is no time"};
    }
    if (!(whole == pieces)) {
        return failure{"pieces", "read at once: " + std::to_string(whole.frames.size()) + " frames, '" + whole.problem +
                                     "'; in pieces: " + std::to_string(pieces.frames.size()) + " frames, '" +
                                     pieces.problem + "'"};
    }
    dump::output json_out;
    dump::json_sink json{json_out};
    if (verdict broken = check_dump_of(file, json, json_out)) {
        return broken;
    }
    dump::output text_out;
    dump::text_sink text{text_out, base::no_colors, dump::text_detail::tree, false, dump::time_format::absolute};
    if (verdict broken = check_dump_of(file, text, text_out)) {
        return broken;
    }
    return file.size() % 8 == 0 ? check_capture_outputs(file) : verdict{};
}

}  // namespace chatos::fuzz
