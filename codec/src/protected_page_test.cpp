// No byte outside the input is read, and none outside the output written: both lie against pages that end the program
// when they are touched, before and after.
#include "decode_batch_with.hpp"

#include <chatos/display.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>
#include <chatos/stream_decoder.hpp>
#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace chatos {
namespace {

/// Memory between two protected pages.
class guarded_memory {
public:
    explicit guarded_memory(std::size_t bytes_min)
        : page_{static_cast<std::size_t>(sysconf(_SC_PAGESIZE))}, bytes_{(bytes_min + page_ - 1) / page_ * page_} {
        void* const mapped = mmap(nullptr, bytes_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert(mapped != MAP_FAILED);
        start_ = static_cast<std::byte*>(mapped) + page_;
        [[maybe_unused]] const int opened = mprotect(start_, bytes_, PROT_READ | PROT_WRITE);
        assert(opened == 0);
    }
    ~guarded_memory() { munmap(start_ - page_, bytes_ + 2 * page_); }
    guarded_memory(const guarded_memory&) = delete;
    guarded_memory& operator=(const guarded_memory&) = delete;

    /// Room whose first byte has a protected page before it.
    [[nodiscard]] std::span<std::byte> at_start(std::size_t size) const { return {start_, size}; }
    /// Room whose last byte has a protected page after it.
    [[nodiscard]] std::span<std::byte> at_end(std::size_t size) const { return {start_ + bytes_ - size, size}; }

private:
    std::size_t page_;
    std::size_t bytes_;
    std::byte* start_{nullptr};
};

constexpr std::size_t guarded_bytes = 80'000;

/// Calls work(span) with a copy of the bytes at either end of the memory.
template <typename Work>
void at_both_ends(const guarded_memory& memory, std::span<const std::byte> bytes, Work&& work) {
    for (const std::span<std::byte> place : {memory.at_end(bytes.size()), memory.at_start(bytes.size())}) {
        std::ranges::copy(bytes, place.begin());
        work(std::span<const std::byte>{place});
    }
}

std::vector<std::size_t> sizes() {
    std::vector<std::size_t> all;
    for (std::size_t size = 0; size <= 200; ++size) {
        all.push_back(size);
    }
    all.insert(all.end(), {255, 256, 257, 1'023, 1'024, 4'095, 4'096, 4'097, 65'535, 65'536});
    return all;
}

/// Text of this size: ASCII; characters of one to four bytes; the same, with its last byte a lead or a continuation.
std::vector<std::string> texts_of(std::size_t size) {
    std::string mixed;
    while (mixed.size() + 10 <= size) {
        mixed += "a\u00e9\u20ac\U0001f419";
    }
    mixed.resize(size, 'z');
    std::vector<std::string> texts{std::string(size, 'a'), mixed};
    if (size != 0) {
        for (const char last : {'\xC3', '\xF0', '\x80'}) {
            texts.push_back(mixed);
            texts.back().back() = last;
            texts.push_back(std::string(size, 'a'));
            texts.back().front() = last;
        }
    }
    return texts;
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text});
}

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Wire bytes of a packet, whether or not its strings are UTF-8.
std::vector<std::byte> wire_of(const packet_view& packet) {
    std::vector<std::byte> wire(encoded_size(packet));
    auto at = wire.begin();
    const auto put_number = [&](std::size_t number, unsigned bytes) {
        while (bytes-- > 0) {
            *at++ = static_cast<std::byte>(number >> (8 * bytes));
        }
    };
    put_number(static_cast<std::size_t>(packet.op), 1);
    for (const part which : layout_of(packet.op).parts()) {
        if (which == part::error_code) {
            put_number(static_cast<std::size_t>(packet.code), 1);
            continue;
        }
        const std::string_view text = which == part::pseudo ? packet.pseudo : packet.message;
        put_number(text.size(), layout_of(which).size_bytes);
        at = std::ranges::copy(bytes_of(text), at).out;
    }
    return wire;
}

/// Every way of decoding, on input that lies where it may not be left.
void decode_in_every_way(std::span<const std::byte> input, std::span<std::byte> storage) {
    const decode_result expected = decode(input);
    for (const detail::kernel& fast : detail::usable_kernels()) {
        std::array<packet_view, 4> packets;
        const batch_result batch = detail::decode_batch_with(fast, input, packets, {}, 0);
        ASSERT_EQ(batch.count != 0, expected.status == decode_status::complete) << fast.name;
        if (batch.count == 0) {
            ASSERT_EQ(batch.status, expected.status) << fast.name;
            ASSERT_EQ(batch.need, expected.need) << fast.name;
            ASSERT_EQ(batch.error, expected.error) << fast.name;
        } else {
            ASSERT_EQ(packets[0], expected.packet) << fast.name;
        }
    }
    stream_decoder decoder{storage, limits{}};
    std::span<const std::byte> remaining = input;
    const decode_result streamed = decoder.next(remaining);
    ASSERT_EQ(streamed.status, expected.status);
}

TEST(ProtectedPage, judging_a_text_reads_no_byte_before_or_behind_it) {
    const guarded_memory memory{guarded_bytes};
    for (const std::size_t size : sizes()) {
        for (const std::string& text : texts_of(size)) {
            const std::size_t expected = find_ill_formed_utf8(text);
            at_both_ends(memory, bytes_of(text), [&](std::span<const std::byte> bytes) {
                ASSERT_EQ(find_ill_formed_utf8(text_of(bytes)), expected);
                for (const detail::kernel& fast : detail::usable_kernels()) {
                    const bool is_valid = fast.is_utf8(text_of(bytes).data(), size);
                    ASSERT_EQ(is_valid, expected == utf8_well_formed) << fast.name << ' ' << size;
                }
            });
        }
    }
}

TEST(ProtectedPage, showing_a_text_reads_no_byte_before_or_behind_it) {
    const guarded_memory memory{guarded_bytes};
    for (std::size_t size = 1; size <= 200; ++size) {
        for (const std::string& text : texts_of(size)) {
            at_both_ends(memory, bytes_of(text), [&](std::span<const std::byte> bytes) {
                std::size_t shown = 0;
                escape(text_of(bytes), [&](std::string_view piece) { shown += piece.size(); });
                ASSERT_GE(shown, 1U);
            });
        }
    }
}

TEST(ProtectedPage, decoding_packets_of_every_size_reads_no_byte_before_or_behind_them) {
    const guarded_memory memory{guarded_bytes};
    const guarded_memory storage{packet_bytes_max({})};
    const std::span<std::byte> exact_storage = storage.at_end(packet_bytes_max({}));
    for (const std::size_t size : sizes()) {
        for (const std::string& text : texts_of(size)) {
            for (const packet_view& packet : {make_cr(text), make_pc(text), make_sma(text), make_spm("bob", text),
                                              make_spm(std::string_view{text}.substr(0, 255), "\u00e9")}) {
                at_both_ends(memory, wire_of(packet),
                             [&](std::span<const std::byte> bytes) { decode_in_every_way(bytes, exact_storage); });
            }
        }
    }
}

TEST(ProtectedPage, decoding_truncated_packets_reads_no_byte_before_or_behind_them) {
    const guarded_memory memory{guarded_bytes};
    const guarded_memory storage{packet_bytes_max({})};
    const std::span<std::byte> exact_storage = storage.at_end(packet_bytes_max({}));
    for (const std::size_t size : {0U, 1U, 20U, 31U, 32U, 63U, 64U, 65U, 130U, 200U}) {
        for (const std::string& text : texts_of(size)) {
            for (const packet_view& packet : {make_cr(text), make_sma(text), make_spm("bob", text),
                                              make_spm(text, "hello"), make_error(error_code::ok)}) {
                const std::vector<std::byte> wire = wire_of(packet);
                for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
                    at_both_ends(memory, std::span{wire}.first(cut),
                                 [&](std::span<const std::byte> bytes) { decode_in_every_way(bytes, exact_storage); });
                }
            }
        }
    }
}

TEST(ProtectedPage, decoding_many_packets_reads_no_byte_before_or_behind_them) {
    const guarded_memory memory{guarded_bytes};
    const guarded_memory array_memory{guarded_bytes};
    std::vector<std::byte> stream;
    for (std::size_t size = 1; size < 40; ++size) {
        const std::string pseudo(size, 'p');
        for (const packet_view& packet :
             {make_spm(pseudo, "\u00e9\u20ac"), make_error(error_code::ok), make_sma("\U0001f419 hello")}) {
            const std::vector<std::byte> wire = wire_of(packet);
            stream.insert(stream.end(), wire.begin(), wire.end());
        }
    }
    constexpr std::size_t packets_max = 40;
    const std::span<std::byte> room = array_memory.at_end(packets_max * sizeof(packet_view));
    auto* const first = reinterpret_cast<packet_view*>(room.data());
    std::uninitialized_default_construct_n(first, packets_max);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        at_both_ends(memory, std::span{stream}.first(cut), [&](std::span<const std::byte> bytes) {
            for (const detail::kernel& fast : detail::usable_kernels()) {
                const batch_result result = detail::decode_batch_with(fast, bytes, {first, packets_max}, {}, 0);
                ASSERT_NE(result.status, decode_status::malformed);
                ASSERT_LE(result.consumed, cut);
            }
        });
    }
}

TEST(ProtectedPage, encoding_reads_no_byte_outside_its_strings_and_writes_none_outside_its_buffer) {
    const guarded_memory input{guarded_bytes};
    const guarded_memory output{guarded_bytes};
    for (const std::size_t size : sizes()) {
        for (const std::string& text : texts_of(size)) {
            at_both_ends(input, bytes_of(text), [&](std::span<const std::byte> bytes) {
                for (const packet_view& packet :
                     {make_cr(text_of(bytes)), make_sma(text_of(bytes)), make_spm("bob", text_of(bytes))}) {
                    const std::size_t exact = encoded_size(packet);
                    for (const std::span<std::byte> buffer : {output.at_end(exact), output.at_start(exact)}) {
                        const encode_result result = encode(packet, buffer);
                        ASSERT_NE(result.status, encode_status::buffer_too_small);
                        const encode_result too_small = encode(packet, buffer.first(exact - 1));
                        ASSERT_NE(too_small.status, encode_status::ok);
                    }
                }
            });
        }
    }
}

}  // namespace
}  // namespace chatos
