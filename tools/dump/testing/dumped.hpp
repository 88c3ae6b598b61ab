// A capture through the whole program but its command line.
#pragma once

#include "dump/testing/packet_builder.hpp"
#include "dump/text/text_sink.hpp"

#include <chatos/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace chatos::dump::testing {

struct dump_call {
    std::vector<std::uint16_t> ports{7'777};
    limits bounds{};
    bool verify_checksums{false};
    std::size_t piece_bytes{SIZE_MAX};
};

struct dumped {
    std::string text;
    std::string problem;
};

/// The lines of JSON.
[[nodiscard]] dumped json_of_capture(const byte_string& capture, const dump_call& call = {});
/// The same of frames on Ethernet.
[[nodiscard]] dumped json_of_frames(const std::vector<byte_string>& frames, const dump_call& call = {});
/// Makes what stands between the records and the sink of a form.
using sink_before = std::function<std::unique_ptr<record_sink>(record_sink& next)>;

/// The text forms.
[[nodiscard]] dumped text_of_frames(const std::vector<byte_string>& frames, text_detail detail = text_detail::lines,
                                    time_format time = time_format::relative, const sink_before& before = {});
/// Frames on Ethernet, a millisecond apart, into any sink that writes to `out`.
[[nodiscard]] dumped dump_frames(record_sink& sink, output& out, const std::vector<byte_string>& frames);

/// What each line says in short: `c2s 0 SPM pseudo message`, `c2s 6 gap 12 lost`; the summary is left out.
[[nodiscard]] std::vector<std::string> short_lines(const std::string& json);
/// The number at `"key":` in the last line that has it; -1 where there is none.
[[nodiscard]] std::int64_t last_number(const std::string& json, std::string_view key);

}  // namespace chatos::dump::testing
