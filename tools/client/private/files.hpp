// Files that go over a private connection: read from here, or written so that a cut transfer leaves nothing behind.
#pragma once

#include "base/system/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace chatos::client {

/// What a name that somebody sent is called here: its last part, without what a terminal, a shell or a folder could
/// take for more than a letter; never empty, hidden or longer than 200 bytes.
[[nodiscard]] std::string safe_file_name(std::string_view name);

/// A file of ours that is being sent.
class outgoing_file {
public:
    struct result {
        std::unique_ptr<outgoing_file> file{};
        std::string fault{};  ///< empty: `file` is open
    };
    /// Regular files only.
    [[nodiscard]] static result open(const std::string& path);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    [[nodiscard]] bool is_at_end() const noexcept { return bytes_read_ == size_; }
    /// The next bytes, as many as are left of the size it had when it was opened. Zero: it cannot be read, or became
    /// shorter.
    [[nodiscard]] std::size_t read(std::span<char> into);

private:
    outgoing_file(int descriptor, std::string name, std::uint64_t size);

    base::descriptor descriptor_;
    std::string name_;
    std::uint64_t size_;
    std::uint64_t bytes_read_{0};
};

/// A file that comes in. It has its name only once it is whole; until then it lies hidden beside it, and goes when it
/// does not get that far.
class incoming_file {
public:
    struct result {
        std::unique_ptr<incoming_file> file{};
        std::string fault{};  ///< empty: `file` can be written
    };
    [[nodiscard]] static result create(const std::string& folder, std::string_view name);
    incoming_file(const incoming_file&) = delete;
    incoming_file& operator=(const incoming_file&) = delete;
    ~incoming_file();

    [[nodiscard]] std::uint64_t bytes_written() const noexcept { return bytes_written_; }
    /// Empty, or why not all of it could be written.
    [[nodiscard]] std::string write(std::string_view bytes);

    struct saved {
        std::string name{};   ///< safe_file_name(), with a number where that was taken
        std::string fault{};  ///< empty: it is there
    };
    /// Gives it its name. Never replaces a file.
    [[nodiscard]] saved save();

private:
    incoming_file(int folder, int descriptor, std::string hidden_name, std::string name);

    base::descriptor folder_;
    base::descriptor descriptor_;
    std::string hidden_name_;  ///< empty once it has its own
    std::string name_;
    std::uint64_t bytes_written_{0};
};

}  // namespace chatos::client
