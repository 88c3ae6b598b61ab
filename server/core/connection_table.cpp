#include "core/connection_table.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

connection& connection_table::open() {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(places_.size()));
        places_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    place& here = places_[slot];
    here.tenant = std::make_unique<connection>();
    here.tenant->id = {.slot = slot, .generation = ++here.generation};
    free_.pop_back();
    ++size_;
    return *here.tenant;
}

void connection_table::close(connection& gone) {
    const connection_id id = gone.id;
    ensure(find(id) == &gone);
    places_[id.slot].tenant.reset();
    --size_;
    // A slot whose generations are used up would give an old id to somebody else, so it stays empty.
    if (places_[id.slot].generation != UINT32_MAX) {
        free_.push_back(id.slot);
    }
}

connection* connection_table::find(connection_id id) noexcept {
    connection* tenant = at_slot(id.slot);
    return tenant != nullptr && tenant->id == id ? tenant : nullptr;
}

const connection* connection_table::find(connection_id id) const noexcept {
    return const_cast<connection_table*>(this)->find(id);
}

connection* connection_table::at_slot(std::uint32_t slot) noexcept {
    return slot < places_.size() ? places_[slot].tenant.get() : nullptr;
}

}  // namespace chatos::core
