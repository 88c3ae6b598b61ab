#include "ops/config_file.hpp"

#include "base/system/error_text.hpp"

#include <string_view>
#include <sys/stat.h>

namespace chatos::ops {

std::string config_file_fault(const std::string& path) {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        return "cannot read '" + path + "': " + base::error_text() + "; give a file that can be read";
    }
    if (!S_ISREG(status.st_mode)) {
        return "'" + path + "' is not a regular file; give a file that can be read";
    }
    if (status.st_size > static_cast<::off_t>(config_bytes_max)) {
        return "'" + path + "' has " + std::to_string(status.st_size) + " bytes; expected at most " +
               std::to_string(config_bytes_max);
    }
    return {};
}

std::optional<std::string> read_config(std::istream& input) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::string text(config_bytes_max + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(input.gcount()));
    if (text.size() > config_bytes_max) {
        return std::nullopt;
    }
    if (text.starts_with(byte_order_mark)) {
        text.erase(0, byte_order_mark.size());
    }
    return text;
}

}  // namespace chatos::ops
