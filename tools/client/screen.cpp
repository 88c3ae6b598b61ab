#include "client/screen.hpp"

#include "client/json_event.hpp"
#include "client/words.hpp"

#include <cerrno>
#include <chrono>
#include <poll.h>
#include <unistd.h>

namespace chatos::client {

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t put = ::write(descriptor, text.data(), text.size());
        if (put >= 0) {
            text.remove_prefix(static_cast<std::size_t>(put));
        } else if (errno == EAGAIN) {
            // Somebody who shares the descriptor made it non-blocking.
            pollfd watched{.fd = descriptor, .events = POLLOUT, .revents = 0};
            ::poll(&watched, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

void line_screen::show(const session_event& event) {
    const worded_line line = in_words(event);
    if (line.kind != line_kind::silent && is_worth_a_line(event)) {
        is_broken_ = is_broken_ || !write_all(descriptor_, plain_text(line) + "\n");
    }
}

bool line_screen::is_worth_a_line(const session_event& event) {
    const file_moved* file = std::get_if<file_moved>(&event);
    if (file == nullptr) {
        return true;
    }
    const std::pair key{file->peer, file->is_incoming};
    if (file->state != file_state::moving) {
        quarters_shown_.erase(key);
        return true;
    }
    const std::uint64_t quarter = file->size == 0 ? 4 : file->bytes / (file->size / 4 + 1);
    const auto [shown, is_first] = quarters_shown_.try_emplace(key, quarter);
    const bool is_new = is_first || quarter > shown->second;
    shown->second = quarter;
    return is_new;
}

void json_screen::show(const session_event& event) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto unix_ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    is_broken_ = is_broken_ || !write_all(descriptor_, json_line(event, unix_ms) + "\n");
}

}  // namespace chatos::client
