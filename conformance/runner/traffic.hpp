// What went over the connections of one scenario, byte for byte as far as a bound allows: enough to write a capture.
#pragma once

#include "runner/event.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace chatos::conformance {

struct traffic_entry {
    enum class kind : std::uint8_t { connected, sent, received, fin_sent, fin_received, reset_sent, reset_received };
    moment when{0};
    moment uncounted{0};  ///< to be added for the time that really passed
    std::size_t actor{0};
    kind type{kind::connected};
    std::size_t size{0};           ///< bytes that went over the wire
    std::vector<std::byte> bytes;  ///< the first of them; all, unless the bound was reached
};

/// Keeps everything up to 4 MiB, from there on only the beginning of each entry, and at most 20,000 entries.
class traffic_log {
public:
    void add(moment when, std::size_t actor, traffic_entry::kind kind);
    void add(moment when, std::size_t actor, traffic_entry::kind kind, std::span<const std::byte> bytes);

    /// The runner's clock stands still while one of the two sides waits for its turn on a processor: how long it has so
    /// far, for the entries that follow.
    void set_uncounted(moment time) noexcept { uncounted_ = time; }

    /// Keeps the beginning of each entry only, and of 100 at most: for when all logs together grow too large.
    void shorten();

    [[nodiscard]] const std::vector<traffic_entry>& entries() const noexcept { return entries_; }
    /// Bytes of the wire that are kept in full.
    [[nodiscard]] std::size_t kept_bytes() const noexcept { return bytes_; }
    /// Entries that were left out at the end.
    [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

private:
    std::vector<traffic_entry> entries_;
    moment uncounted_{0};
    std::size_t bytes_{0};
    std::size_t dropped_{0};
};

}  // namespace chatos::conformance
