// chatos-dump --raw: files that each hold the bytes of one direction of one connection, binary or as hex text.
#pragma once

#include "dump/input/input_stop.hpp"
#include "dump/output/output.hpp"
#include "dump/record/record.hpp"

#include <chatos/limits.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::dump {

enum class raw_encoding { detect, binary, hex };

struct raw_options {
    std::vector<std::string> files;  ///< "-" is standard input; none means standard input
    raw_encoding encoding{raw_encoding::detect};
    stream_direction direction{stream_direction::client_to_server};
    limits bounds{};
    std::function<void(std::size_t)> on_read{};  ///< called with the number of bytes of each read
    const input_stop* stop{nullptr};             ///< ends the input; may be null
};

/// Reads every file to its end and gives its records to `sink`, which writes to `out`; the stream number is the
/// file's place among the arguments. Errors go to `report`, one line of safe text each, and the next file
/// is read. Stops early, and quietly, when `out` has failed. True when every file was read whole.
[[nodiscard]] bool dump_raw(const raw_options& options, record_sink& sink, output& out,
                            const std::function<void(std::string_view)>& report);

}  // namespace chatos::dump
