#include "dump/stream/raw_dump.hpp"

#include "base/utf8_text.hpp"
#include "dump/input/hex_text.hpp"
#include "dump/input/input_file.hpp"
#include "dump/stream/stream_reader.hpp"
#include "dump/text/text_format.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>

namespace chatos::dump {

namespace {

constexpr std::size_t piece_bytes = 65'536;
/// How many bytes are decoded before what they print is written.
constexpr std::size_t slice_bytes = 4'096;

/// Decodes one file: its bytes, or the bytes that its hex text spells.
class raw_file {
public:
    raw_file(const raw_options& options, std::uint32_t stream, record_sink& sink, output& out, totals& account)
        : reader_{stream, options.direction, options.bounds, sink, account}, out_{out}, encoding_{options.encoding} {}

    /// Reads to the end. Empty when that was possible, else what is wrong.
    std::string read(const std::string& path, input_file& file) {
        std::vector<std::byte> piece(piece_bytes);
        std::string problem;
        while (problem.empty() && out_.error() == 0) {
            const std::size_t count = file.read(piece);
            if (count == 0) {
                problem = end_of(path, file);
                break;
            }
            problem = take(path, std::span{piece}.first(count));
        }
        reader_.end();
        return problem;
    }

private:
    std::string take(const std::string& path, std::span<const std::byte> piece) {
        if (encoding_ == raw_encoding::detect) {
            const bool is_hex = starts_hex_text(std::to_integer<std::uint8_t>(piece.front()));
            encoding_ = is_hex ? raw_encoding::hex : raw_encoding::binary;
            was_detected_ = true;
        }
        while (!piece.empty() && out_.error() == 0) {
            const std::span<const std::byte> slice = piece.first(std::min(slice_bytes, piece.size()));
            if (encoding_ == raw_encoding::binary) {
                reader_.take(slice);
            } else {
                decoded_.clear();
                const bool is_hex = hex_.take(base::as_text(slice), decoded_);
                reader_.take(decoded_);
                if (!is_hex) {
                    return hex_problem(path);
                }
            }
            piece = piece.subspan(slice.size());
        }
        return {};
    }

    std::string end_of(const std::string& path, const input_file& file) {
        if (file.error() != 0) {
            return "cannot read " + shown_path(path) + ": " + std::strerror(file.error());
        }
        if (file.was_stopped()) {
            return file.was_cut() ? "reading " + shown_path(path) + " was stopped before its end" : std::string{};
        }
        if (encoding_ != raw_encoding::hex) {
            return {};
        }
        decoded_.clear();
        const bool is_whole = hex_.end(decoded_);
        reader_.take(decoded_);
        return is_whole ? std::string{} : hex_problem(path);
    }

    [[nodiscard]] std::string hex_problem(const std::string& path) const {
        const hex_text_reader::problem& error = hex_.error();
        return "bad hex text in " + shown_path(path) + ", line " + std::to_string(error.line) + ", column " +
               std::to_string(error.column) + ": " + error.message +
               (was_detected_ ? "; correct it, or use --binary if the file is not hex text" : "; correct it");
    }

    stream_reader reader_;
    output& out_;
    raw_encoding encoding_;
    bool was_detected_{false};
    hex_text_reader hex_;
    std::vector<std::byte> decoded_;
};

}  // namespace

bool dump_raw(const raw_options& options, record_sink& sink, output& out,
              const std::function<void(std::string_view)>& report) {
    totals account;
    const bool all_read = read_files(
        options.files, out, options.stop, report, [&](std::size_t index, const std::string& path) -> std::string {
            input_file file{path,
                            {.on_read = options.on_read,
                             .before_reading = [&out] { out.flush(); },
                             .on_pause =
                                 [&sink, &out] {
                                     sink.take(input_pause{});
                                     out.flush();
                                 },
                             .stop = options.stop}};
            if (file.error() != 0) {
                return "cannot open " + shown_path(path) + ": " + std::strerror(file.error());
            }
            const auto stream = static_cast<std::uint32_t>(index);
            sink.take(stream_start{{.stream = stream, .direction = options.direction}, path});
            return raw_file{options, stream, sink, out, account}.read(path, file);
        });
    sink.take(account);
    out.flush();
    return all_read;
}

}  // namespace chatos::dump
