#include "core/user_registry.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

connection* user_registry::find(std::string_view pseudo) const {
    const auto position = by_pseudo_.find(pseudo);
    return position == by_pseudo_.end() ? nullptr : position->second;
}

void user_registry::add(connection& user, std::string_view pseudo) {
    const auto [place, added] = by_pseudo_.emplace(pseudo, &user);
    ensure(added && user.pseudo == nullptr);
    user.pseudo = &place->first;
    user.registry_index = static_cast<std::uint32_t>(users_.size());
    users_.push_back(&user);
}

void user_registry::remove(connection& user) {
    ensure(user.pseudo != nullptr && users_[user.registry_index] == &user);
    users_[user.registry_index] = users_.back();
    users_[user.registry_index]->registry_index = user.registry_index;
    users_.pop_back();
    by_pseudo_.erase(by_pseudo_.find(*user.pseudo));
    user.pseudo = nullptr;
}

}  // namespace chatos::core
