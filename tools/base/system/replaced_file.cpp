#include "base/system/replaced_file.hpp"

#include "base/system/error_text.hpp"

#include <cerrno>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace chatos::base {
namespace {

namespace fs = std::filesystem;

/// Links that stand for open descriptors lead to files whose replacement their owner would not see.
bool is_system_path(const std::string& path) {
    return path.starts_with("/dev/") || path.starts_with("/proc/");
}

}  // namespace

replaced_file::replaced_file(std::string path) : path_{std::move(path)} {
    std::error_code error;
    if (fs::is_symlink(path_, error) && !is_system_path(path_)) {
        const fs::path target = fs::canonical(path_, error);
        path_ = error ? path_ : target.string();  // of a link that leads nowhere, the file is created where it leads
    }
    choose_way();
}

void replaced_file::choose_way() {
    std::error_code error;
    const fs::file_status status = fs::status(path_, error);
    if (fs::is_directory(status)) {
        fault_ = "is a folder; expected a file";
        return;
    }
    const bool is_link = fs::is_symlink(path_, error);
    if (!is_link && (!fs::exists(status) || fs::is_regular_file(status)) && can_be_replaced()) {
        return;
    }
    const bool is_file = fs::is_regular_file(status) && !is_link;
    if (!is_file && !fault_.empty()) {
        return;
    }
    // A file in a folder that takes no other keeps its content until it is written.
    errno = 0;
    std::ofstream stream{path_, std::ios::binary | (is_file ? std::ios::app : std::ios::trunc)};
    fault_ = stream.is_open() ? "" : "cannot be written: " + error_text();
    if (!is_file) {
        stream_ = std::move(stream);
    }
}

bool replaced_file::can_be_replaced() {
    beside_ = path_ + ".new-" + std::to_string(::getpid());
    errno = 0;
    if (std::ofstream{beside_, std::ios::binary | std::ios::trunc}.is_open()) {
        (void)::unlink(beside_.c_str());
        return true;
    }
    fault_ = errno == ENOENT || errno == ENOTDIR
                 ? "cannot be written; does its folder exist?"
                 : "cannot be written: its folder takes no new file (" + error_text() + ")";
    beside_.clear();
    return false;
}

bool replaced_file::write(const std::function<void(std::ostream&)>& content) {
    if (!stream_.is_open()) {
        stream_.open(beside_.empty() ? path_ : beside_, std::ios::binary | std::ios::trunc);
    }
    content(stream_);
    stream_.close();
    bool is_written = static_cast<bool>(stream_);
    if (!beside_.empty()) {
        std::error_code error;
        if (const fs::file_status old = fs::status(path_, error); is_written && fs::exists(old)) {
            fs::permissions(beside_, old.permissions(), error);
        }
        is_written = is_written && ::rename(beside_.c_str(), path_.c_str()) == 0;
        if (!is_written) {
            (void)::unlink(beside_.c_str());
        }
    }
    return is_written;
}

}  // namespace chatos::base
