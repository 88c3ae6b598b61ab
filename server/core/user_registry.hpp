// The registered users by pseudo. Two pseudos are equal exactly when their bytes are (CONN-5).
#pragma once

#include "core/connection.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::core {

/// A tree rather than a hash table: no choice of pseudos can make it slow.
class user_registry {
public:
    /// The user that holds `pseudo`, or null.
    [[nodiscard]] connection* find(std::string_view pseudo) const;
    /// Registers `user` under `pseudo`, which must be free (asserted).
    void add(connection& user, std::string_view pseudo);
    /// Frees the pseudo (CONN-6).
    void remove(connection& user);

    /// All users, in no particular order. Valid until the next add or remove.
    [[nodiscard]] std::span<connection* const> users() const noexcept { return users_; }
    [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

private:
    std::map<std::string, connection*, std::less<>> by_pseudo_;
    std::vector<connection*> users_;
};

}  // namespace chatos::core
