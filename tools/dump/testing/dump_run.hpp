// A capture through the whole program but its command line.
#pragma once

#include "base/packet_builder.hpp"
#include "dump/tcp/frame_listener.hpp"
#include "dump/text/text_sink.hpp"

#include <chatos/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace chatos::dump::testing {

using base::wire::byte_string;

struct dump_options {
    std::vector<std::uint16_t> ports{7'777};
    limits bounds{};
    bool verify_checksums{false};
    std::size_t piece_bytes{SIZE_MAX};
    frame_listener* listener{nullptr};
};

struct dump_result {
    std::string text;
    std::string problem;
};

/// The lines of JSON.
[[nodiscard]] dump_result json_of_capture(const byte_string& capture, const dump_options& call = {});
/// The same of frames on Ethernet.
[[nodiscard]] dump_result json_of_frames(const std::vector<byte_string>& frames, const dump_options& call = {});
/// Makes a sink that precedes the printing one.
using sink_before = std::function<std::unique_ptr<record_sink>(record_sink& next)>;

/// The text forms.
[[nodiscard]] dump_result text_of_frames(const std::vector<byte_string>& frames,
                                         text_detail detail = text_detail::lines,
                                         time_format time = time_format::relative, const sink_before& before = {});
/// The handshake of a connection, the login of "bob" (client sequence 10 to 15, server sequence 100 and 101), then
/// `frames`.
[[nodiscard]] std::vector<byte_string> login_then(const std::vector<byte_string>& frames);
/// Frames on Ethernet, a millisecond apart, into any sink that writes to `out`.
[[nodiscard]] dump_result dump_frames(record_sink& sink, output& out, const std::vector<byte_string>& frames,
                                      const dump_options& call = {});

/// What each line says in short: `c2s 0 SPM pseudo message`, `c2s 6 gap 12 lost`; the summary is left out.
[[nodiscard]] std::vector<std::string> short_lines(const std::string& json);
/// The number at `"key":` in the last line that has it; -1 where there is none.
[[nodiscard]] std::int64_t last_number(const std::string& json, std::string_view key);

}  // namespace chatos::dump::testing
