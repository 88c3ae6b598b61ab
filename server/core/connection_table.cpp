#include "core/connection_table.hpp"

#include "core/ensure.hpp"

namespace chatos::core {

connection& connection_table::open() {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    slot_entry& entry = slots_[slot];
    entry.occupant = std::make_unique<connection>();
    entry.occupant->id = {.slot = slot, .generation = ++entry.generation};
    free_.pop_back();
    ++size_;
    return *entry.occupant;
}

void connection_table::close(connection& gone) {
    const connection_id id = gone.id;
    ensure(find(id) == &gone);
    slots_[id.slot].occupant.reset();
    --size_;
    // A slot whose generations are used up stays empty: it would give an old id to a new connection.
    if (slots_[id.slot].generation != UINT32_MAX) {
        free_.push_back(id.slot);
    }
}

connection* connection_table::find(connection_id id) noexcept {
    connection* occupant = at_slot(id.slot);
    return occupant != nullptr && occupant->id == id ? occupant : nullptr;
}

const connection* connection_table::find(connection_id id) const noexcept {
    return const_cast<connection_table*>(this)->find(id);
}

connection* connection_table::at_slot(std::uint32_t slot) noexcept {
    return slot < slots_.size() ? slots_[slot].occupant.get() : nullptr;
}

}  // namespace chatos::core
