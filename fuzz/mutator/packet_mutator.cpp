#include "mutator/packet_mutator.hpp"

#include "base/seeded_random.hpp"
#include "mutator/stream_outline.hpp"
#include "properties/decode_plan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;

/// Pieces of text: well-formed of each length, the first and the last of each, and what is forbidden next to them.
constexpr std::array texts{
    "a"sv,
    "bob"sv,
    "\xC2\x80"sv,
    "\xDF\xBF"sv,
    "\xE0\xA0\x80"sv,
    "\xED\x9F\xBF"sv,
    "\xEE\x80\x80"sv,
    "\xEF\xBF\xBF"sv,
    "\xF0\x90\x80\x80"sv,
    "\xF4\x8F\xBF\xBF"sv,
    "\x80"sv,
    "\xBF"sv,
    "\xC0\x80"sv,
    "\xC1\xBF"sv,
    "\xE0\x9F\xBF"sv,
    "\xED\xA0\x80"sv,
    "\xED\xBF\xBF"sv,
    "\xF0\x8F\xBF\xBF"sv,
    "\xF4\x90\x80\x80"sv,
    "\xF5\x80\x80\x80"sv,
    "\xC3"sv,
    "\xE2\x82"sv,
    "\xF0\x9F\x90"sv,
    "\xFF"sv,
    "\n"sv,
    "\x1B[0m"sv,
    "\xE2\x80\xAE"sv,
    "\0"sv,
};

constexpr std::array<std::uint64_t, 14> sizes{0,   1,     2,      3,      31,     32,          255,
                                              256, 1'024, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF'FFFF, 0x8000'0000};

/// Bytes with room after them.
class buffer {
public:
    buffer(std::span<std::byte> memory, std::size_t bytes) noexcept : memory_{memory}, bytes_{bytes} {}

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t room() const noexcept { return memory_.size() - bytes_; }
    [[nodiscard]] std::span<std::byte> all() const noexcept { return memory_.first(bytes_); }
    [[nodiscard]] std::span<std::byte> stream() const noexcept { return all().subspan(plan_bytes); }

    /// `at` is a position in the stream. Inserts nothing when there is no room.
    bool insert(std::size_t at, std::span<const std::byte> content) noexcept {
        if (content.size() > room()) {
            return false;
        }
        std::byte* const place = memory_.data() + plan_bytes + at;
        std::memmove(place + content.size(), place, bytes_ - plan_bytes - at);
        std::memcpy(place, content.data(), content.size());
        bytes_ += content.size();
        return true;
    }

    void erase(std::size_t at, std::size_t count) noexcept {
        std::byte* const place = memory_.data() + plan_bytes + at;
        std::memmove(place, place + count, bytes_ - plan_bytes - at - count);
        bytes_ -= count;
    }

    void resize_stream(std::size_t bytes) noexcept { bytes_ = plan_bytes + bytes; }

private:
    std::span<std::byte> memory_;
    std::size_t bytes_;
};

std::span<const std::byte> as_bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span{text.data(), text.size()});
}

/// One mutation of one input.
class mutation {
public:
    mutation(std::span<std::byte> memory, std::size_t bytes, std::uint32_t seed) noexcept
        : random_{seed}, input_{memory, bytes}, outline_{outline_of(input_.stream())} {}

    std::size_t run(plain_mutator plain, std::span<std::byte> memory) {
        if (random_.one_in(6)) {
            return plain(reinterpret_cast<std::uint8_t*>(memory.data()), input_.bytes(), memory.size());
        }
        if (random_.one_in(8)) {
            input_.all()[random_.below(plan_bytes)] = static_cast<std::byte>(random_.below(256));
        }
        for (std::size_t rounds = 1 + random_.below(3); rounds != 0; --rounds) {
            mutate_once();
            outline_ = outline_of(input_.stream());
        }
        return input_.bytes();
    }

private:
    void mutate_once() {
        if (outline_.count == 0) {
            insert_packet(0);
            return;
        }
        const packet_place& packet = outline_.packets[random_.below(outline_.count)];
        switch (random_.below(10)) {
        case 0: insert_packet(packet.start); break;
        case 1: insert_packet(packet.end); break;
        case 2: input_.erase(packet.start, packet.end - packet.start); break;
        case 3: repeat(packet); break;
        case 4: change_opcode(packet); break;
        case 5: cut(packet); break;
        default: change_field(packet); break;
        }
    }

    void insert_packet(std::size_t at) {
        std::array<std::byte, 64> packet{};
        const packet_layout& row = packet_table[random_.below(packet_table.size())];
        std::size_t size = 0;
        packet[size++] = static_cast<std::byte>(row.op);
        for (const part which : row.parts()) {
            if (which == part::error_code) {
                packet[size++] = static_cast<std::byte>(random_.below(7));
                continue;
            }
            const std::string_view text = texts[random_.below(texts.size())];
            write_size(std::span{packet}.subspan(size, layout_of(which).size_bytes), text.size());
            size += layout_of(which).size_bytes;
            std::ranges::copy(as_bytes_of(text), packet.begin() + static_cast<std::ptrdiff_t>(size));
            size += text.size();
        }
        input_.insert(at, std::span{packet}.first(size));
    }

    void repeat(const packet_place& packet) {
        std::array<std::byte, 256> copy{};
        const std::size_t size = std::min(packet.end - packet.start, copy.size());
        std::ranges::copy(input_.stream().subspan(packet.start, size), copy.begin());
        input_.insert(packet.end, std::span{copy}.first(size));
    }

    /// To one that is assigned, most of the time. The fields stay, so that their sizes now may mean something else.
    void change_opcode(const packet_place& packet) {
        input_.stream()[packet.start] =
            static_cast<std::byte>(random_.one_in(4) ? random_.below(256) : 1 + random_.below(6));
    }

    /// The stream ends inside this packet.
    void cut(const packet_place& packet) {
        input_.resize_stream(packet.start + random_.below(packet.end - packet.start + 1));
    }

    void change_field(const packet_place& packet) {
        if (packet.text_count == 0) {
            if (packet.end - packet.start == 2) {
                input_.stream()[packet.start + 1] =
                    static_cast<std::byte>(random_.one_in(4) ? random_.below(256) : random_.below(7));
            }
            return;
        }
        const text_place text = packet.texts[random_.below(packet.text_count)];
        if (random_.one_in(5)) {
            lie_about_size(text);
            return;
        }
        const std::size_t before = input_.bytes();
        const std::size_t at = text.body_start + random_.below(text.body_bytes + 1);
        const std::size_t left = text.body_start + text.body_bytes - at;
        const std::string_view piece = texts[random_.below(texts.size())];
        std::size_t grown = 0;
        switch (random_.below(4)) {
        case 0: input_.insert(at, as_bytes_of(piece)); break;
        case 1: input_.erase(at, random_.below(left + 1)); break;
        case 2:
            std::ranges::copy(as_bytes_of(piece.substr(0, left)),
                              input_.stream().begin() + static_cast<std::ptrdiff_t>(at));
            break;
        default: grown = fill(at); break;
        }
        const std::size_t body_bytes = grown != 0 ? text.body_bytes + grown : text.body_bytes + input_.bytes() - before;
        if (!random_.one_in(10)) {
            write_size(input_.stream().subspan(text.size_start, text.size_bytes), body_bytes);
        }
    }

    /// A run of letters, as long as a limit or a block of the kernels.
    std::size_t fill(std::size_t at) {
        std::array<std::byte, 80> run;
        run.fill(std::byte{'x'});
        const std::size_t size = 1 + random_.below(run.size());
        return input_.insert(at, std::span{run}.first(size)) ? size : 0;
    }

    void lie_about_size(const text_place& text) {
        std::uint64_t size = sizes[random_.below(sizes.size())];
        if (random_.one_in(2)) {
            size = text.body_bytes + random_.below(5) - 2;  // wraps below 0: a large size
        }
        write_size(input_.stream().subspan(text.size_start, text.size_bytes), size);
    }

    base::seeded_random random_;
    buffer input_;
    stream_outline outline_;
};

}  // namespace

std::size_t mutate_packets(std::span<std::byte> memory, std::size_t bytes, std::uint32_t seed, plain_mutator plain) {
    if (bytes < plan_bytes) {
        const std::size_t grown = std::min(plan_bytes, memory.size());
        std::ranges::fill(memory.subspan(bytes, grown - bytes), std::byte{0});
        if (grown < plan_bytes) {
            return plain(reinterpret_cast<std::uint8_t*>(memory.data()), grown, memory.size());
        }
        bytes = grown;
    }
    return mutation{memory, bytes, seed}.run(plain, memory);
}

}  // namespace chatos::fuzz
