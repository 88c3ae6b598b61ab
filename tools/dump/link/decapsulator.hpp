// Decapsulates frames: from the link layer, through tunnels, to the TCP segment. Frames without a segment of a followed
// port are counted by reason.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/link/content_counts.hpp"
#include "dump/link/fragments.hpp"
#include "dump/link/ip_layer.hpp"
#include "dump/link/link_types.hpp"
#include "dump/link/server_ports.hpp"
#include "dump/link/skip_reason.hpp"
#include "dump/link/tcp_segment.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace chatos::dump {

struct decapsulated_frame {
    ip_payload ip;
    /// With reason cut_tcp_header the frame has been counted as skipped, but part of the segment is known.
    tcp_segment tcp;
    /// False for a further segment of a frame that has been counted already.
    bool counts{true};
};

class decapsulator {
public:
    /// IP packets in IP packets that are opened, one in the other.
    static constexpr int tunnels_max = 8;

    /// All but the ports must outlive the decapsulator.
    decapsulator(const server_ports& ports, bool verify_checksums, skip_counts& skipped, content_counts& contents,
                 const link_type_map& chosen_types)
        : ports_{ports}, verify_checksums_{verify_checksums}, skipped_{skipped}, contents_{contents},
          chosen_types_{chosen_types}, fragments_{skipped}, tunnel_fragments_{skipped} {}

    /// The first segment, or null if the frame is skipped: it has been counted, or will be once its datagram is
    /// complete or dropped. The result lives until the next call. Frames can be told apart by `number` later.
    [[nodiscard]] const decapsulated_frame* decapsulate(const captured_frame& frame, std::uint64_t number = 0);
    /// The numbers of the frames that the segment came in: the last one, and those of fragments before it.
    [[nodiscard]] std::span<const std::uint64_t> segment_numbers() const noexcept { return numbers_; }
    /// Whether the last frame is a fragment that waits for others.
    [[nodiscard]] bool is_held() const noexcept { return is_held_; }
    /// A further segment of the same frame; null if there is none. To be called until then.
    [[nodiscard]] const decapsulated_frame* decapsulate_further() { return is_aggregate_ ? open_subframes() : nullptr; }
    /// The capture has ended.
    void end();

private:
    const decapsulated_frame* skip(skip_reason reason, frame_kind kind = {}) noexcept;
    const decapsulated_frame* open(network_packet& packet);
    const decapsulated_frame* open_aggregate(const network_packet& packet);
    const decapsulated_frame* open_subframes();
    const decapsulated_frame* open_segment();
    bool complete_fragments();
    void count_encapsulations(encapsulation_set encapsulations) noexcept;
    void count_other_port(const tcp_segment& tcp) noexcept;

    server_ports ports_;  // a copy: callers like to give a temporary
    bool verify_checksums_;
    skip_counts& skipped_;
    content_counts& contents_;
    const link_type_map& chosen_types_;
    fragment_store fragments_;
    fragment_store tunnel_fragments_;
    decapsulated_frame frame_;
    network_packet aggregate_;  // what is left of the subframes of the frame
    std::int64_t seconds_{0};
    std::vector<std::uint64_t> numbers_;
    bool is_held_{false};
    skip_reason first_reason_{skip_reason::none};  // of the subframes that were skipped
    frame_kind first_kind_;
    bool is_aggregate_{false};
    bool is_counted_{false};  // the frame, as decoded, skipped, or in a fragment store
};

}  // namespace chatos::dump
