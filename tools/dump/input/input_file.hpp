// A file or standard input, read in pieces.
#pragma once

#include "dump/output/output.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::dump {

/// Owns the descriptor of an open file; "-" is standard input, which stays open.
class input_file {
public:
    explicit input_file(const std::string& path);
    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;
    ~input_file();

    /// Reads at most piece.size() bytes into `piece` and returns how many; 0 at the end and after an error. Waits
    /// for the first byte only, so that slow input is shown as it arrives.
    [[nodiscard]] std::size_t read(std::span<std::byte> piece);
    /// Called with the number of bytes of each read().
    void on_read(std::function<void(std::size_t)> listener) { on_read_ = std::move(listener); }
    /// The errno of opening or reading, or 0.
    [[nodiscard]] int error() const noexcept { return error_; }

private:
    int descriptor_;
    int error_{0};
    std::function<void(std::size_t)> on_read_;
};

/// Calls `read` with the index and the path of each file, or with "-" if there are none, until `out` fails. It returns
/// an error, or an empty string; `report` gets each error, and the next file is read. True if there was no error.
[[nodiscard]] bool read_files(const std::vector<std::string>& files, output& out,
                              const std::function<void(std::string_view)>& report,
                              const std::function<std::string(std::size_t, const std::string&)>& read);

}  // namespace chatos::dump
