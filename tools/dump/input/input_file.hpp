// A file or standard input, read in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>

namespace chatos::dump {

/// Owns the descriptor of an open file; "-" is standard input, which stays open.
class input_file {
public:
    explicit input_file(const std::string& path);
    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;
    ~input_file();

    /// Reads at most piece.size() bytes into `piece` and returns how many; 0 at the end and after an error. Waits
    /// for the first byte only, so that what comes slowly is shown as it comes.
    [[nodiscard]] std::size_t read(std::span<std::byte> piece);
    /// Told how many bytes each read() gives.
    void on_read(std::function<void(std::size_t)> listener) { on_read_ = std::move(listener); }
    /// The errno of opening or reading, or 0.
    [[nodiscard]] int error() const noexcept { return error_; }

private:
    int descriptor_;
    int error_{0};
    std::function<void(std::size_t)> on_read_;
};

}  // namespace chatos::dump
