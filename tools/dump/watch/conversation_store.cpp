#include "dump/watch/conversation_store.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace chatos::dump {

namespace {

constexpr std::size_t frame_overhead_bytes = sizeof(stored_frame) * 2 + 16;  // a vector may have twice the room
constexpr std::size_t conversation_overhead_bytes = 256;
/// A stream that names more users than this is taken to have to do with all.
constexpr std::size_t pseudos_max = 32;

}  // namespace

void conversation_store::read(std::uint64_t number, const captured_frame& frame) {
    if (number == 1) {
        clear();
    }
    current_.number = number;
    current_.frame = frame;
    current_.frame.bytes = {};
    current_.bytes.assign(frame.bytes.begin(), frame.bytes.end());
    joined_.clear();
}

void conversation_store::assign(std::uint64_t number, std::uint32_t stream) {
    const auto [position, is_new] = conversations_.try_emplace(stream);
    bytes_ += is_new ? conversation_overhead_bytes : 0;
    conversation& to = position->second;
    const auto move_waiting = [&](std::uint64_t wanted) {
        const auto waiting = std::ranges::find(waiting_, wanted, &stored_frame::number);
        if (waiting != waiting_.end()) {
            add(to, std::move(*waiting));
            waiting_.erase(waiting);
        }
    };
    if (number != current_.number) {
        move_waiting(number);
    } else {
        for (const std::uint64_t joined : std::exchange(joined_, {})) {
            move_waiting(joined);
        }
        add(to, stored_frame{current_});
    }
    make_room(stream);
}

void conversation_store::add(conversation& to, stored_frame&& frame) {
    if (!to.frames.empty() && to.frames.back().number == frame.number) {
        return;  // several segments in one frame
    }
    frame.bytes.shrink_to_fit();
    const std::size_t added = frame.bytes.size() + frame_overhead_bytes;
    to.bytes += added;
    bytes_ += added;
    to.frames.push_back(std::move(frame));
}

void conversation_store::let_wait() {
    if (waiting_.size() == waiting_frames_max) {
        waiting_.pop_front();
    }
    waiting_.push_back(current_);
}

void conversation_store::note_pseudo(std::uint32_t stream, std::string_view pseudo) {
    const auto position = conversations_.find(stream);
    if (position == conversations_.end() || position->second.has_many_pseudos) {
        return;
    }
    std::vector<std::uint64_t>& pseudos = position->second.pseudos;
    const std::uint64_t hash = std::hash<std::string_view>{}(pseudo);
    const auto place = std::ranges::lower_bound(pseudos, hash);
    if (place != pseudos.end() && *place == hash) {
        return;
    }
    position->second.has_many_pseudos = pseudos.size() == pseudos_max;
    if (!position->second.has_many_pseudos) {
        pseudos.insert(place, hash);
        position->second.bytes += 2 * sizeof hash;
        bytes_ += 2 * sizeof hash;
    }
}

void conversation_store::note_end(std::uint32_t stream) {
    const auto position = conversations_.find(stream);
    if (position != conversations_.end() && !std::exchange(position->second.is_over, true)) {
        over_.push_back(stream);
    }
}

/// `grown` is the stream that has one frame more.
void conversation_store::make_room(std::uint32_t grown) {
    while (bytes_ > bytes_max_ && !conversations_.empty()) {
        const auto position = conversations_.find(grown);
        if (position != conversations_.end() && position->second.bytes > bytes_max_ / 4) {
            drop_older_half(grown);
        } else if (over_.empty()) {
            halve_large_ones();
        } else {
            erase(over_.front());
            over_.pop_front();
        }
    }
}

/// Frees a quarter or more at once, so that it takes a while until the next time: those that hold less than half of the
/// average hold less than half of everything.
void conversation_store::halve_large_ones() {
    const std::size_t large_bytes = bytes_ / conversations_.size() / 2;
    std::vector<std::uint32_t> large;
    for (const auto& [stream, each] : conversations_) {
        if (each.bytes + conversation_overhead_bytes >= large_bytes) {
            large.push_back(stream);
        }
    }
    for (const std::uint32_t stream : large) {
        drop_older_half(stream);
    }
}

void conversation_store::drop_older_half(std::uint32_t stream) {
    conversation& shortened = conversations_.at(stream);
    if (shortened.frames.size() < 2) {
        std::erase(over_, stream);
        erase(stream);
        return;
    }
    std::vector<stored_frame>& frames = shortened.frames;
    const auto end = frames.begin() + static_cast<std::ptrdiff_t>((frames.size() + 1) / 2);
    std::size_t dropped = 0;
    for (auto each = frames.begin(); each != end; ++each) {
        dropped += each->bytes.size() + frame_overhead_bytes;
    }
    frames.erase(frames.begin(), end);
    frames.shrink_to_fit();
    shortened.bytes -= dropped;
    bytes_ -= dropped;
}

void conversation_store::erase(std::uint32_t stream) {
    const auto position = conversations_.find(stream);
    if (position != conversations_.end()) {
        bytes_ -= position->second.bytes + conversation_overhead_bytes;
        conversations_.erase(position);
    }
}

void conversation_store::clear() {
    conversations_.clear();
    over_.clear();
    waiting_.clear();
    bytes_ = 0;
}

std::vector<const stored_frame*> conversation_store::frames_about(std::uint32_t stream, bool wants_all) const {
    const auto center = conversations_.find(stream);
    if (center == conversations_.end()) {
        return {};
    }
    const bool has_all = wants_all || center->second.has_many_pseudos;
    const auto shares_user = [&](const conversation& other) {
        return other.has_many_pseudos || std::ranges::any_of(other.pseudos, [&](std::uint64_t hash) {
                   return std::ranges::binary_search(center->second.pseudos, hash);
               });
    };
    std::vector<const stored_frame*> frames;
    for (const auto& [number, other] : conversations_) {
        if (has_all || number == stream || shares_user(other)) {
            for (const stored_frame& frame : other.frames) {
                frames.push_back(&frame);
            }
        }
    }
    std::ranges::sort(frames, {}, &stored_frame::number);
    // Not std::ranges::unique, whose subrange Clang 14 does not accept.
    const auto is_same = [](const stored_frame* a, const stored_frame* b) { return a->number == b->number; };
    frames.erase(std::unique(frames.begin(), frames.end(), is_same), frames.end());
    return frames;
}

}  // namespace chatos::dump
