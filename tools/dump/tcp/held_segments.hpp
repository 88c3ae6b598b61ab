// Bytes of a direction that cannot be delivered yet, because bytes before them are missing.
#pragma once

#include "dump/tcp/frame_mark.hpp"
#include "dump/tcp/memory_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace chatos::dump {

/// A part of the stream at an offset: bytes that were captured, then bytes that are known not to have been.
struct stream_part {
    std::int64_t offset{0};
    std::span<const std::byte> bytes{};
    std::uint32_t cut_bytes{0};  ///< after `bytes`, not captured
    bool header_was_cut{false};  ///< why cut_bytes are not there: the header, too, was cut
    frame_mark mark{};

    [[nodiscard]] std::int64_t end() const noexcept { return offset + static_cast<std::int64_t>(bytes.size()); }
};

/// Told of bytes that differ from those that are held at the same place.
class conflict_listener {
public:
    virtual void conflict(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other) = 0;

protected:
    ~conflict_listener() = default;
};

/// Parts sorted by offset, none over another: of bytes that come twice the first stay.
class held_segments {
public:
    explicit held_segments(memory_budget& budget) noexcept : budget_{&budget} {}
    held_segments(const held_segments&) = delete;
    held_segments& operator=(const held_segments&) = delete;
    ~held_segments() { clear(); }

    /// Keeps a copy of the new bytes of `part`; reports those that differ. Returns how many bytes were known before.
    std::size_t add(const stream_part& part, conflict_listener& listener);
    /// The first part; there must be one. Its bytes live until the next change.
    [[nodiscard]] stream_part front() const noexcept { return part_of(parts_[first_]); }
    void drop_front() noexcept;
    void clear() noexcept;
    /// Moves all offsets: the stream's origin turned out to be elsewhere.
    void shift(std::int64_t by) noexcept;

    [[nodiscard]] bool is_empty() const noexcept { return first_ == parts_.size(); }
    [[nodiscard]] std::size_t count() const noexcept { return parts_.size() - first_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// The end of the last part, with the bytes that were cut off it; there must be one.
    [[nodiscard]] std::int64_t back_end() const noexcept { return parts_.back().end() + parts_.back().cut_bytes; }
    /// Where the bytes that adjoin the first part end.
    [[nodiscard]] std::int64_t contiguous_end() const noexcept;

private:
    struct held_part {
        std::int64_t offset;
        std::uint32_t size;
        std::uint32_t cut_bytes;
        bool header_was_cut;
        frame_mark mark;
        std::unique_ptr<std::byte[]> bytes;

        [[nodiscard]] std::int64_t end() const noexcept { return offset + size; }
    };

    static stream_part part_of(const held_part& held) noexcept {
        return {held.offset, {held.bytes.get(), held.size}, held.cut_bytes, held.header_was_cut, held.mark};
    }
    void insert(std::size_t index, const stream_part& part);

    memory_budget* budget_;
    std::vector<held_part> parts_;
    std::size_t first_{0};  // those before it have been dropped
    std::size_t bytes_{0};
};

/// Tells `listener` where `other` differs from `kept`, which is as long and begins at `offset`: once, from the first
/// byte that differs to the last.
void compare_bytes(std::int64_t offset, std::span<const std::byte> kept, std::span<const std::byte> other,
                   conflict_listener& listener);

}  // namespace chatos::dump
