// A file that is written beside and renamed, so that whatever ends the process others find it whole: the new one or
// the one before.
#pragma once

#include <fstream>
#include <functional>
#include <ostream>
#include <string>

namespace chatos::base {

class replaced_file {
public:
    /// Finds out whether the file can be written, and leaves the one that exists as it is. What has no content to
    /// replace is opened at once and written to in place: a pipe, a terminal, a device, an open descriptor (/dev/fd/N).
    /// So is a file in a folder where no other can be created.
    explicit replaced_file(std::string path);

    /// Why it cannot be written, as the rest of a sentence; empty: it can.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    /// Writes it. False when not everything could be written; then the old one stays, unless it is written in place.
    [[nodiscard]] bool write(const std::function<void(std::ostream&)>& content);

private:
    void choose_way();
    [[nodiscard]] bool can_be_replaced();

    std::string path_;
    std::string beside_;    ///< where it is written first; empty: in place
    std::ofstream stream_;  ///< open from the beginning if there is nothing to replace
    std::string fault_;
};

}  // namespace chatos::base
