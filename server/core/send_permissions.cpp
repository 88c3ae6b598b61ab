#include "core/send_permissions.hpp"

#include <algorithm>

namespace chatos::core {

void send_permissions::grant(connection_id recipient, std::size_t count_max) {
    const auto known = std::find(newest_last_.begin(), newest_last_.end(), recipient);
    if (known != newest_last_.end()) {
        std::rotate(known, known + 1, newest_last_.end());
        return;
    }
    if (newest_last_.size() >= count_max) {
        newest_last_.erase(newest_last_.begin());
    }
    newest_last_.push_back(recipient);
}

// Searches from the newest: it is the most likely recipient.
bool send_permissions::allows(connection_id recipient) const noexcept {
    return std::find(newest_last_.rbegin(), newest_last_.rend(), recipient) != newest_last_.rend();
}

}  // namespace chatos::core
