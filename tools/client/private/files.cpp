#include "client/private/files.hpp"

#include "base/system/error_text.hpp"
#include "base/utf8_text.hpp"

#include <chatos/display.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace chatos::client {
namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr int numbers_max = 999;
constexpr mode_t owner_only = 0600;

/// "report.pdf" and 2 make "report (2).pdf".
std::string numbered(const std::string& name, int number) {
    const std::size_t dot = name.rfind('.');
    const std::size_t stem = dot == std::string::npos || dot == 0 ? name.size() : dot;
    return name.substr(0, stem) + " (" + std::to_string(number) + ")" + name.substr(stem);
}

/// Gives `from` the name `to` where nothing has it. Not every file system can do that in one call.
int rename_to_free(int folder, const std::string& from, const std::string& to) {
    if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    if (::linkat(folder, from.c_str(), folder, to.c_str(), 0) != 0) {
        return errno;
    }
    ::unlinkat(folder, from.c_str(), 0);
    return 0;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
    const std::size_t slash = name.find_last_of("/\\");
    name.remove_prefix(slash == std::string_view::npos ? 0 : slash + 1);
    std::string safe;
    while (!name.empty()) {
        const display_piece piece = next_display_piece(name);
        const std::string_view taken = name.substr(0, piece.consumed);
        for (std::size_t at = 0; piece.escaped_size == 0 && at < taken.size(); ++at) {
            // What shells and other systems' folders give a meaning.
            const bool is_special = std::string_view{"*?<>|:;&$`'"}.find(taken[at]) != std::string_view::npos;
            safe += is_special ? '_' : taken[at];
        }
        safe += piece.escaped_size != 0 ? "_" : "";
        name.remove_prefix(piece.consumed);
    }
    safe.resize(base::whole_characters(safe, name_bytes_max));
    if (safe.empty()) {
        return "file";
    }
    // A dot would hide it or be a folder; a dash or a blank first is taken for something else by programs and people.
    if (std::string_view{".-~ "}.find(safe.front()) != std::string_view::npos) {
        safe.front() = '_';
    }
    return safe;
}

outgoing_file::outgoing_file(int descriptor, std::string name, std::uint64_t size)
    : descriptor_{descriptor}, name_{std::move(name)}, size_{size} {}

outgoing_file::result outgoing_file::open(const std::string& path) {
    // Without O_NONBLOCK a named pipe would be waited for.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return {nullptr, base::error_text()};
    }
    struct stat status {};
    const bool is_file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    const std::size_t slash = path.rfind('/');
    std::unique_ptr<outgoing_file> file{new outgoing_file{descriptor,
                                                          path.substr(slash == std::string::npos ? 0 : slash + 1),
                                                          static_cast<std::uint64_t>(status.st_size)}};
    if (!is_file) {
        return {nullptr, "it is no regular file"};
    }
    return {std::move(file), {}};
}

std::size_t outgoing_file::read(std::span<char> into) {
    const std::uint64_t most = std::min<std::uint64_t>(into.size(), size_ - bytes_read_);
    ssize_t got = 0;
    do {
        got = ::read(descriptor_.get(), into.data(), static_cast<std::size_t>(most));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return 0;
    }
    bytes_read_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
}

incoming_file::incoming_file(int folder, int descriptor, std::string hidden_name, std::string name)
    : folder_{folder}, descriptor_{descriptor}, hidden_name_{std::move(hidden_name)}, name_{std::move(name)} {}

incoming_file::~incoming_file() {
    if (!hidden_name_.empty()) {
        ::unlinkat(folder_.get(), hidden_name_.c_str(), 0);
    }
}

incoming_file::result incoming_file::create(const std::string& folder, std::string_view name) {
    const int place = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place < 0) {
        return {nullptr, "cannot write to the folder: " + base::error_text()};
    }
    for (int number = 1; number <= numbers_max; ++number) {
        std::string hidden = ".chatos-" + std::to_string(::getpid()) + "-" + std::to_string(number) + ".part";
        const int descriptor =
            ::openat(place, hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owner_only);
        if (descriptor >= 0) {
            std::unique_ptr<incoming_file> file{
                new incoming_file{place, descriptor, std::move(hidden), safe_file_name(name)}};
            return {std::move(file), {}};
        }
        if (errno != EEXIST) {
            break;
        }
    }
    const std::string fault = "cannot create a file there: " + base::error_text();
    ::close(place);
    return {nullptr, fault};
}

std::string incoming_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(descriptor_.get(), bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return base::error_text();
        }
        bytes.remove_prefix(static_cast<std::size_t>(put));
        bytes_written_ += static_cast<std::uint64_t>(put);
    }
    return {};
}

incoming_file::saved incoming_file::save() {
    int error = EEXIST;
    for (int number = 1; number <= numbers_max && error == EEXIST; ++number) {
        std::string name = number == 1 ? name_ : numbered(name_, number);
        error = rename_to_free(folder_.get(), hidden_name_, name);
        if (error == 0) {
            hidden_name_.clear();
            return {std::move(name), {}};
        }
    }
    return {{}, base::error_text(error)};
}

}  // namespace chatos::client
