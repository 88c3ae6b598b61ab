#include "core/options.hpp"

#include "core/frame.hpp"
#include "core/input_buffer.hpp"

#include <chatos/layout.hpp>

#include <array>
#include <string_view>

namespace chatos::core {

namespace {

struct range {
    std::string_view name;
    std::uint64_t value;
    std::uint64_t least;
    std::uint64_t most;
};

constexpr std::uint64_t day_ms = 86'400'000;

// Negative times become larger than any range.
std::uint64_t count_ms(std::chrono::milliseconds time) {
    return static_cast<std::uint64_t>(time.count());
}

}  // namespace

std::string find_fault(const options& bounds) {
    const std::uint64_t packet_bytes = packet_bytes_max(bounds.packet_limits);
    // The signed sizes of the wire (WIRE-11) cap a pseudo at 32,767 bytes; 64 MiB messages keep the rest in memory.
    const std::array ranges{
        range{"pseudo bytes", bounds.packet_limits.pseudo_bytes_max, smallest_legal_limits.pseudo_bytes_max, 32'767},
        range{"message bytes", bounds.packet_limits.message_bytes_max, smallest_legal_limits.message_bytes_max,
              64U << 20U},
        range{"capacity", bounds.users_max, 1, 1'000'000},
        range{"unregistered connections", bounds.unregistered_max, 1, 1'000'000},
        range{"requests per second", bounds.requests_per_second_max, 0, 1'000'000},
        range{"send permissions", bounds.send_permissions_max, 1'024, 1'000'000},
        range{"answers owed", bounds.answers_owed_max, 2'048, 1'000'000},
        range{"unanswered deliveries", bounds.deliveries_unanswered_max, 1, 1'000'000},
        range{"output bytes", bounds.output_bytes_max, packet_bytes, std::uint64_t{1} << 32U},
        range{"output bytes of all", bounds.total_output_bytes_max,
              frame::memory_bytes(packet_bytes) + memory_tally::queue_entry_bytes, std::uint64_t{1} << 40U},
        range{"input bytes of all", bounds.total_input_bytes_max,
              input_buffer::memory_bytes_max(bounds.receive_bytes_max + packet_bytes), std::uint64_t{1} << 40U},
        range{"undecided offers", bounds.offers_max, 1, 1'000'000},
        range{"timeouts in a row", bounds.timeouts_in_a_row_max, 1, 1'000'000},
        range{"bytes per read", bounds.receive_bytes_max, 1, 16U << 20U},
        range{"work per slice", bounds.work_per_slice_max, 1, 1'000'000},
        range{"work per turn", bounds.work_per_turn_max, 1, 1'000'000},
        range{"answer timeout in ms", count_ms(bounds.answer_timeout), 1, day_ms},
        range{"SMA answer timeout in ms", count_ms(bounds.sma_answer_timeout), 0, day_ms},
        range{"PC timeout in ms", count_ms(bounds.pc_timeout), 1, day_ms},
        range{"login timeout in ms", count_ms(bounds.login_timeout), 1, day_ms},
        range{"flush timeout in ms", count_ms(bounds.flush_timeout), 1, day_ms},
        range{"linger timeout in ms", count_ms(bounds.linger_timeout), 1, day_ms},
        range{"drain timeout in ms", count_ms(bounds.drain_timeout), 1, day_ms},
        range{"tunnels", bounds.tunnels_max, 1, 1'000'000},
        range{"tunnels per user", bounds.tunnels_per_user_max, 0, 1'000'000},
        range{"tunnels per address", bounds.tunnels_per_address_max, 0, 1'000'000},
        range{"tunnel idle timeout in ms", count_ms(bounds.tunnel_idle_timeout), 1, day_ms},
        range{"tunnel timeout in ms", count_ms(bounds.tunnel_timeout), 1, day_ms},
        range{"tunnel buffer bytes", bounds.tunnel_buffer_bytes_max, 1, 64U << 20U},
    };
    for (const range& range : ranges) {
        if (range.value < range.least || range.value > range.most) {
            return "invalid " + std::string{range.name} + " " + std::to_string(range.value) +
                   ": expected an integer from " + std::to_string(range.least) + " to " + std::to_string(range.most);
        }
    }
    return {};
}

}  // namespace chatos::core
