#include "json/text_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace chatos::conformance {
namespace {

constexpr std::size_t file_bytes_max = 16'777'216;

struct file_closer {
    void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

file_error unreadable() {
    return {"the file cannot be read: " + std::generic_category().message(errno)};
}

}  // namespace

std::variant<std::string, file_error> read_text_file(const std::string& path) {
    const std::unique_ptr<std::FILE, file_closer> file{std::fopen(path.c_str(), "rbe")};
    if (!file) {
        return unreadable();
    }
    std::string text;
    std::array<char, 65'536> buffer{};
    for (;;) {
        const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get());
        text.append(buffer.data(), got);
        if (text.size() > file_bytes_max) {
            return file_error{"the file is larger than 16 MiB; expected at most 16 MiB"};
        }
        if (std::ferror(file.get()) != 0) {
            return unreadable();
        }
        if (got == 0) {
            return text;
        }
    }
}

}  // namespace chatos::conformance
