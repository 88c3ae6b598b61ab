// The registered users by pseudo. Two pseudos are equal exactly when their bytes are (CONN-5).
#pragma once

#include "core/connection.hpp"
#include "core/ensure.hpp"

#include <cstdint>
#include <functional>
#include <map>
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

    /// The users one after another, round and round: each comes again after at most size() calls plus one for each
    /// user added meanwhile. Only while there are users (asserted).
    [[nodiscard]] connection& next_in_turn() noexcept {
        ensure(!users_.empty());
        turn_ = turn_ < users_.size() ? turn_ : 0;
        return *users_[turn_++];
    }
    [[nodiscard]] std::size_t size() const noexcept { return users_.size(); }

private:
    std::map<std::string, connection*, std::less<>> by_pseudo_;
    std::vector<connection*> users_;
    std::uint32_t turn_{0};  // position of the next in turn
};

}  // namespace chatos::core
