#include "ops/service_options.hpp"

#include "core/memory_tally.hpp"
#include "ops/limit_table.hpp"

#include <algorithm>

namespace chatos::ops {

namespace {

// Socket, its entry in the loop, what the poller keeps for a descriptor, one pending read and one pending write.
constexpr std::uint64_t loop_bytes_per_connection = 1'536;
// A node of the table of addresses; every connection may have an address of its own.
constexpr std::uint64_t address_bytes = 96;
// Stacks and allocator areas of the threads for log and metrics, a scrape's text, listeners.
constexpr std::uint64_t threads_bytes = std::uint64_t{8} << 20U;
// Of the process itself: standard streams, listeners, the loop's own, log and metrics.
constexpr std::uint64_t descriptors_spare = 16;
// A node of the table of rates, and its place in the queue (net::address_rates).
constexpr std::uint64_t rate_bytes = 160;
constexpr std::uint64_t rates_max = 65'536;
// Unused gaps between allocated blocks, which an allocator cannot compact.
constexpr std::uint64_t gaps_divisor = 8;

std::uint64_t sum(const std::vector<core::memory_item>& items) {
    std::uint64_t all = 0;
    for (const core::memory_item& item : items) {
        all += item.bytes();
    }
    return all;
}

// "--capacity: " when that flag alone is at fault; empty when several are, which the fault then names in words.
std::string flag_at_fault(const service_options& options) {
    for (const limit& limit : limits()) {
        service_options alone;
        limit.set(alone, limit.get(options));
        if (!core::find_fault(alone.core).empty()) {
            return std::string{limit.flag} + ": ";
        }
    }
    return {};
}

}  // namespace

service_options defaults_for(std::uint64_t memory_bytes) {
    service_options options;
    const auto at_most = [](std::size_t& bound, std::uint64_t bytes) {
        constexpr std::uint64_t least = std::uint64_t{1} << 20U;  // some packets of any size
        bound = static_cast<std::size_t>(std::min<std::uint64_t>(bound, std::max(least, bytes)));
    };
    at_most(options.core.total_output_bytes_max, memory_bytes / 4);
    at_most(options.core.total_input_bytes_max, memory_bytes / 16);
    return options;
}

std::uint32_t per_address_default(const service_options& options) {
    const std::uint64_t promised = std::uint64_t{options.core.users_max} + options.core.unregistered_max;
    std::uint64_t possible = promised;
    if (options.descriptors_max != 0) {
        possible = std::min(promised, options.descriptors_max - std::min(options.descriptors_max, descriptors_spare));
    }
    const std::uint64_t unregistered = options.core.unregistered_max - options.core.unregistered_max / 4;
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, std::min(possible / 2, unregistered)));
}

std::uint64_t descriptors_wanted(const service_options& options) {
    return core::connections_max(options.core) + descriptors_spare;
}

std::string find_fault(const service_options& options, std::uint64_t machine_bytes) {
    for (const limit& limit : limits()) {
        const std::uint64_t value = limit.get(options);
        if (limit.counts_in == unit::bytes && value > machine_bytes) {
            return std::string{limit.flag} + ": invalid value " + std::to_string(value) + ": expected at most " +
                   std::to_string(machine_bytes) + ", the memory of this machine";
        }
    }
    if (const std::string fault = core::find_fault(options.core); !fault.empty()) {
        return flag_at_fault(options) + fault;
    }
    if (options.ipv6_prefix > 128) {
        return "--ipv6-prefix: invalid value " + std::to_string(options.ipv6_prefix) +
               ": expected an integer from 0 to 128";
    }
    if (options.connections_per_second_max > 1'000'000) {
        return "--connections-per-second-max: invalid value " + std::to_string(options.connections_per_second_max) +
               ": expected an integer from 0 to 1000000";
    }
    if (options.log_queue_bytes_max < 4'096) {
        return "--log-queue-bytes-max: invalid value " + std::to_string(options.log_queue_bytes_max) +
               ": expected 4096 or more";
    }
    const std::uint64_t ceiling = memory_ceiling_bytes(options);
    if (options.memory_max != 0 && ceiling > options.memory_max) {
        return "these limits may take " + std::to_string(ceiling) + " bytes, and --memory-max is " +
               std::to_string(options.memory_max) + "; lower a limit (--print-limits shows what each takes)";
    }
    return {};
}

std::vector<core::memory_item> memory_ceiling(const service_options& options) {
    std::vector<core::memory_item> items = core::memory_ceiling(options.core);
    const std::uint64_t connections = core::connections_max(options.core);
    items.push_back({"its socket in the loop", "connection", connections, loop_bytes_per_connection});
    items.push_back({"its address", "connection", connections, address_bytes});
    items.push_back(
        {"rates of addresses", "server", 1, options.connections_per_second_max == 0 ? 0 : rate_bytes * rates_max});
    items.push_back({"receive buffer", "server", 1, options.core.receive_bytes_max});
    items.push_back({"log queue, and the lines being written", "server", 2, options.log_queue_bytes_max});
    items.push_back({"reserve for the end of memory", "server", 1, core::call_bytes_max(options.core)});
    items.push_back({"threads for log and metrics", "server", 1, threads_bytes});
    items.push_back({"gaps between blocks, an eighth of all above", "server", 1, sum(items) / gaps_divisor});
    return items;
}

std::uint64_t memory_ceiling_bytes(const service_options& options) {
    return sum(memory_ceiling(options));
}

}  // namespace chatos::ops
