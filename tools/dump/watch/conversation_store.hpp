// The last frames of all streams, so that a violation can be shown with everything that was said around it. Bounded:
// streams that are over go first, the longest ago before the others, then the older halves of those that have most.
#pragma once

#include "dump/capture/captured_frame.hpp"
#include "dump/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatos::dump {

struct stored_frame {
    std::uint64_t number{0};
    captured_frame frame{};  ///< its bytes are those below
    std::vector<std::byte> bytes{};
};

class conversation_store {
public:
    static constexpr std::size_t bytes_max_default = 4U << 20U;
    /// Fragments, and segments of which it is not known yet of which stream they are.
    static constexpr std::size_t waiting_frames_max = 64;

    explicit conversation_store(std::size_t bytes_max = bytes_max_default) : bytes_max_{bytes_max} {}

    /// A frame was read. The first one of a capture drops everything of the one before.
    void read(std::uint64_t number, const captured_frame& frame);
    /// The frame is part of the stream; it was the last to be read, or it waits.
    void assign(std::uint64_t number, std::uint32_t stream);
    /// The frame that was read last may be assigned later.
    void let_wait();
    /// The frame that was read last and these belong to the same stream.
    void join(std::span<const std::uint64_t> numbers) { joined_.assign(numbers.begin(), numbers.end()); }
    /// A packet of the stream names a user, or is sent by one.
    void note_pseudo(std::uint32_t stream, std::string_view pseudo);
    void note_end(std::uint32_t stream);

    /// The frames of the stream and of all that share a user with it, or of all streams; in order. None if those of the
    /// stream are gone. They live until the next call of anything else.
    [[nodiscard]] std::vector<const stored_frame*> frames_about(std::uint32_t stream, bool wants_all) const;
    /// What everything takes, by an estimate that is a little high.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    struct conversation {
        std::vector<stored_frame> frames;
        std::size_t bytes{0};
        std::vector<std::uint64_t> pseudos;  ///< hashes, sorted
        bool has_many_pseudos{false};
        bool is_over{false};
    };

    void add(conversation& to, stored_frame&& frame);
    void make_room(std::uint32_t grown);
    void halve_large_ones();
    void drop_older_half(std::uint32_t stream);
    void erase(std::uint32_t stream);
    void clear();

    std::size_t bytes_max_;
    std::size_t bytes_{0};
    std::unordered_map<std::uint32_t, conversation> conversations_;
    std::deque<std::uint32_t> over_;  // streams, in the order in which they ended
    stored_frame current_;
    std::deque<stored_frame> waiting_;
    std::vector<std::uint64_t> joined_;
};

}  // namespace chatos::dump
