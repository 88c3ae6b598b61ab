// The sessions that a user may send messages to, granted by its RPMs (PM-5, PM-6). Sessions, not pseudos: a later user
// with the same pseudo is a different one (PM-10).
#pragma once

#include "core/connection_id.hpp"

#include <cstddef>
#include <vector>

namespace chatos::core {

class send_permissions {
public:
    /// Remembers `recipient` as the newest; beyond `count_max` the oldest is forgotten.
    void grant(connection_id recipient, std::size_t count_max);
    [[nodiscard]] bool allows(connection_id recipient) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return newest_last_.size(); }
    /// Frees the memory as well, unlike `= {}`.
    void clear() noexcept { newest_last_ = std::vector<connection_id>{}; }

private:
    std::vector<connection_id> newest_last_;
};

}  // namespace chatos::core
