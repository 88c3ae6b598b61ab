// What is kept for each connection. For a driver that must free memory: who holds most goes first, so that clients that
// hold little notice nothing (ERR-3).
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <tuple>
#include <utility>

namespace chatos::core {

namespace {

// The connections that hold most, found in one pass. A pass costs time for each connection, so it must pay: it is made
// when a bound is exceeded, and closes until a sixteenth of the bound is free, or all of these are closed.
template <typename Weight>
class heaviest_first {
public:
    void offer(connection& client, const Weight& weight) {
        const bool full = size_ == std::ssize(all_);
        if (full && !(all_.front().first < weight)) {
            return;
        }
        if (full) {
            std::pop_heap(all_.begin(), all_.begin() + size_, is_heavier);
            --size_;
        }
        all_[static_cast<std::size_t>(size_++)] = {weight, &client};
        std::push_heap(all_.begin(), all_.begin() + size_, is_heavier);
    }

    /// Calls `close(connection&)` for each, the heaviest first, while `goes_on()`.
    template <typename GoesOn, typename Close>
    void take(GoesOn&& goes_on, Close&& close) {
        std::sort_heap(all_.begin(), all_.begin() + size_, is_heavier);
        for (std::ptrdiff_t i = 0; i < size_ && goes_on(); ++i) {
            close(*all_[static_cast<std::size_t>(i)].second);
        }
    }

private:
    using item = std::pair<Weight, connection*>;
    static bool is_heavier(const item& left, const item& right) { return right.first < left.first; }

    std::array<item, 64> all_{};
    std::ptrdiff_t size_{0};
};

// What its queue takes of options::total_output_bytes_max.
std::size_t output_memory(const connection& client) {
    const std::size_t deliveries = client.output.frames() - client.output.answers();
    return client.output.is_counted() && deliveries != 0
               ? client.output.size_bytes() + deliveries * memory_tally::queue_entry_bytes
               : 0;
}

// Who goes first when unprocessed bytes exceed their bound: connections that are no users yet, then those of the
// address that holds most, then by what each holds itself.
struct input_weight {
    bool unregistered{false};
    std::size_t of_address{0};
    std::size_t own{0};

    friend bool operator<(const input_weight& left, const input_weight& right) {
        return std::tie(left.unregistered, left.of_address, left.own) <
               std::tie(right.unregistered, right.of_address, right.own);
    }
};

// A frame that many recipients share counts for each: it is freed when the last of them is gone.
std::size_t bytes_kept(const connection& client) {
    return client.output.size_bytes() + client.pending_input.memory_bytes() + client.output.frames() * sizeof(frame) +
           client.deliveries.size() * sizeof(delivery) + client.requests.size() * sizeof(request);
}

}  // namespace

// Some of the bound is kept free for what is delivered before the next look. Recipients that read go on reading.
void server::free_output() {
    output_allowance_ = std::min(output_allowance_, tally_.output_memory_bytes());
    const std::size_t bound = std::max(options_.total_output_bytes_max, output_allowance_);
    if (tally_.output_memory_bytes() <= bound - bound / 16) {
        return;
    }
    heaviest_first<std::size_t> victims;
    connections_.for_each([&victims](connection& client) {
        if (const std::size_t weight = output_memory(client); weight != 0) {
            victims.offer(client, weight);
        }
    });
    victims.take([&] { return tally_.output_memory_bytes() > bound - bound / 8; },
                 [this](connection& client) {
                     if (output_memory(client) == 0) {
                         return;  // closed as a consequence
                     }
                     ++statistics_.closed_output_bound;
                     notify(notice::event::output_bound, client);
                     abandon_requests(client);
                     end_session(client);
                     enter(client, phase::closed);
                 });
}

void server::enforce_input_bound() {
    // What was held when the bound was lowered may stay (change_bounds()).
    input_allowance_ = std::min(input_allowance_, tally_.input_bytes);
    const std::size_t bound = std::max(options_.total_input_bytes_max, input_allowance_);
    if (tally_.input_bytes <= bound) {
        return;
    }
    connections_.for_each([](connection& client) { client.from_network->input_bytes = 0; });
    connections_.for_each(
        [](connection& client) { client.from_network->input_bytes += client.pending_input.memory_bytes(); });
    heaviest_first<input_weight> victims;
    connections_.for_each([&victims](connection& client) {
        if (const std::size_t own = client.pending_input.memory_bytes(); own != 0) {
            victims.offer(client, {.unregistered = client.current_phase() == phase::unregistered,
                                   .of_address = client.from_network->input_bytes,
                                   .own = own});
        }
    });
    victims.take([&] { return tally_.input_bytes > bound - bound / 16; },
                 [this](connection& client) {
                     if (!client.keeps_input() || client.pending_input.memory_bytes() == 0) {
                         return;  // closed as a consequence
                     }
                     ++statistics_.closed_input_bound;
                     notify(notice::event::input_bound, client);
                     if (client.current_phase() == phase::tunnel_waiting) {
                         tunnels_.remove_end(client.id);
                         refuse_tunnel_end(client);
                     } else {
                         refuse(client);
                     }
                 });
}

std::optional<connection_id> server::heaviest(std::size_t bytes_min) const {
    std::optional<connection_id> heaviest;
    std::size_t most = bytes_min;
    connections_.for_each([&](const connection& client) {
        const std::size_t bytes = bytes_kept(client);
        if (bytes >= most) {
            most = bytes;
            heaviest = client.id;
        }
    });
    return heaviest;
}

}  // namespace chatos::core
