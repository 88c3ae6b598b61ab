// All connections, by slot. Each gets an id that is never used again.
#pragma once

#include "core/connection.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace chatos::core {

class connection_table {
public:
    /// Opens a connection. The reference is valid until close().
    [[nodiscard]] connection& open();
    void close(connection& gone);

    /// Null when that connection is gone.
    [[nodiscard]] connection* find(connection_id id) noexcept;
    [[nodiscard]] const connection* find(connection_id id) const noexcept;
    [[nodiscard]] connection* at_slot(std::uint32_t slot) noexcept;

    /// All slots so far, free ones included.
    [[nodiscard]] std::uint32_t slots() const noexcept { return static_cast<std::uint32_t>(slots_.size()); }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Calls `visit(connection&)` for each; it must neither open nor close any.
    template <typename Visit>
    void for_each(Visit&& visit) const {
        for (const slot_entry& entry : slots_) {
            if (entry.occupant) {
                visit(*entry.occupant);
            }
        }
    }

private:
    struct slot_entry {
        std::unique_ptr<connection> occupant;
        std::uint32_t generation{0};
    };
    std::vector<slot_entry> slots_;
    std::vector<std::uint32_t> free_;
    std::size_t size_{0};
};

}  // namespace chatos::core
