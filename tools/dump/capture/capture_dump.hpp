// chatos-dump FILE...: captures, from their bytes to records.
#pragma once

#include "dump/capture/autostop.hpp"
#include "dump/capture/frame_source.hpp"
#include "dump/input/byte_source.hpp"
#include "dump/input/file_source.hpp"
#include "dump/link/decapsulator.hpp"
#include "dump/output/output.hpp"
#include "dump/record/capture_position.hpp"
#include "dump/record/record.hpp"
#include "dump/tcp/frame_listener.hpp"
#include "dump/tcp/memory_budget.hpp"

#include <chatos/limits.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

/// How reading one input went.
struct input_outcome {
    std::string name;  ///< as users know it: the file, "standard input", or the option that failed
    std::uint64_t packets{0};
    std::string problem{};  ///< why it was not read to its end, safe to print; empty: it was
    std::string note{};     ///< what is not complete all the same; empty: nothing
};

struct capture_options {
    std::vector<std::string> files;  ///< "-" is standard input; none means standard input
    server_ports ports{};            ///< at least one
    limits bounds{};
    std::size_t stream_bytes_max{memory_budget{}.bytes_max};  ///< that all streams together hold
    bool verify_checksums{false};
    link_type_map link_types{};                            ///< types that are read as others
    std::function<bool(const captured_frame&)> accepts{};  ///< frames that it rejects are skipped as filtered
    std::function<void(std::size_t)> on_read{};            ///< called with the number of bytes of each read
    std::function<void(const input_outcome&)> on_end{};    ///< called for each input, one that was not opened as well
    const input_stop* stop{nullptr};                       ///< ends the input; may be null
    autostop ends_after{};
    frame_listener* listener{nullptr};
    bool is_watched{false};  ///< somebody looks at what was read so far: the input pauses at least once a second
};

/// Makes the source of what is inside a compressed file; null for a file that is not compressed.
using decompression = std::function<std::unique_ptr<byte_source>(file_source&)>;

/// Reads every file to its end, or to where it is broken, and gives the records of its streams to `sink`, which writes
/// to `out`. Each file is a separate capture: frames count from 1 in each, connections end with it, stream numbers
/// continue. Errors go to `report`, one line of safe text each, and the next file is read. Stops early, and quietly,
/// when `out` has failed. True when every file was read whole.
[[nodiscard]] bool dump_captures(const capture_options& options, record_sink& sink, output& out,
                                 const decompression& decompress, const std::function<void(std::string_view)>& report);

/// The same for one capture: its frames until the source ends or fails, then what the streams still hold. `file` is
/// its name in records, empty where there is one file only. Returns the error, or an empty string.
[[nodiscard]] std::string dump_capture(byte_source& source, std::string_view file, const capture_options& options,
                                       record_sink& sink, totals& account, capture_totals& capture_account,
                                       output& out);

/// The same for frames from any source. Output is in `out` until the source lets it be written, or it is full.
[[nodiscard]] std::string dump_frames(frame_source& frames, std::string_view file, const capture_options& options,
                                      record_sink& sink, totals& account, capture_totals& capture_account, output& out);

}  // namespace chatos::dump
