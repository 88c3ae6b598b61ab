// The registered users by pseudo. Two pseudos are the same exactly when their bytes are (CONN-5).
#pragma once

#include "core/connection.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::core {

/// A tree rather than a hash table: no choice of pseudos makes it slow.
class user_registry {
public:
    /// The user that holds `pseudo`, or nullptr.
    [[nodiscard]] connection* find(std::string_view pseudo) const;
    /// Registers `user` under a pseudo that is free (asserted).
    void add(connection& user, std::string_view pseudo);
    /// The pseudo is free again (CONN-6).
    void remove(connection& user);

    /// All users, in no particular order; until the next add or remove.
    [[nodiscard]] std::span<connection* const> users() const noexcept { return users_; }
    [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

private:
    std::map<std::string, connection*, std::less<>> by_pseudo_;
    std::vector<connection*> users_;
};

}  // namespace chatos::core
