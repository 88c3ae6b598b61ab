#include "core/roster.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

connection* roster::find(std::string_view pseudo) const {
    const auto found = by_pseudo_.find(pseudo);
    return found == by_pseudo_.end() ? nullptr : found->second;
}

void roster::add(connection& user, std::string_view pseudo) {
    const auto [place, added] = by_pseudo_.emplace(pseudo, &user);
    ensure(added && user.pseudo == nullptr);
    user.pseudo = &place->first;
    user.roster_position = static_cast<std::uint32_t>(users_.size());
    users_.push_back(&user);
}

void roster::remove(connection& user) {
    ensure(user.pseudo != nullptr && users_[user.roster_position] == &user);
    users_[user.roster_position] = users_.back();
    users_[user.roster_position]->roster_position = user.roster_position;
    users_.pop_back();
    by_pseudo_.erase(by_pseudo_.find(*user.pseudo));
    user.pseudo = nullptr;
}

}  // namespace chatos::core
