#include "dump/stream/raw_dump.hpp"

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

/// Decodes one file: the bytes as they are, or those that its hex text stands for.
class raw_file {
public:
    raw_file(const raw_options& options, std::uint32_t stream, record_sink& sink, output& out, totals& account)
        : reader_{stream, options.way, options.bounds, sink, account}, out_{out}, encoding_{options.encoding} {}

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
            if (count < piece.size()) {
                out_.flush();  // whoever writes this input may be a program that is still running
            }
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
                const bool is_hex = hex_.take(as_text(slice), decoded_);
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
               std::to_string(error.column) + ": " + error.what +
               (was_detected_ ? "; correct it, or use --binary if the file is no hex text" : "; correct it");
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
    const std::vector<std::string> files = options.files.empty() ? std::vector<std::string>{"-"} : options.files;
    totals account;
    bool all_read = true;
    for (std::size_t index = 0; index < files.size() && out.error() == 0; ++index) {
        input_file file{files[index]};
        std::string problem;
        if (file.error() != 0) {
            problem = "cannot open " + shown_path(files[index]) + ": " + std::strerror(file.error());
        } else {
            file.on_read(options.on_read);
            const auto stream = static_cast<std::uint32_t>(index);
            sink.take(stream_start{{.stream = stream, .way = options.way}, files[index]});
            problem = raw_file{options, stream, sink, out, account}.read(files[index], file);
        }
        if (!problem.empty()) {
            all_read = false;
            out.flush();  // so that the message stands behind what came before it
            report(problem);
        }
    }
    sink.take(account);
    out.flush();
    return all_read;
}

}  // namespace chatos::dump
