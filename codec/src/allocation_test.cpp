// The codec allocates nothing, shown by counting: this program replaces operator new and delete, and where the C
// library allows it malloc and its like, and calls every public function of the codec between two readings of the
// counter. The first calls count as well.

#include "base/hex.hpp"

#include <chatos/decode.hpp>
#include <chatos/decode_batch.hpp>
#include <chatos/display.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>
#include <chatos/stream_decoder.hpp>
#include <chatos/utf8.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CHATOS_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHATOS_SANITIZED
#endif
#if defined(__GLIBC__) && !defined(CHATOS_SANITIZED)
#define CHATOS_COUNTS_MALLOC
#endif

namespace {
std::atomic<unsigned long> allocations{0};
std::atomic<unsigned long> releases{0};
}  // namespace

#if defined(CHATOS_COUNTS_MALLOC)

// What glibc calls its own.
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* old, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;
void __libc_free(void* old) noexcept;

void* malloc(std::size_t size) noexcept {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
    ++allocations;
    return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    *result = __libc_memalign(alignment, size);
    return *result != nullptr ? 0 : 12;  // ENOMEM
}
void free(void* old) noexcept {
    ++releases;
    __libc_free(old);
}
}

#endif

namespace {

void* counted_new(std::size_t size, std::size_t alignment) noexcept {
    ++allocations;
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    return alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, rounded) : std::malloc(size);
}

void* counted_new_or_throw(std::size_t size, std::size_t alignment) {
    void* const memory = counted_new(size == 0 ? 1 : size, alignment);
    if (memory == nullptr) {
        throw std::bad_alloc{};
    }
    return memory;
}

void counted_delete(void* old) noexcept {
    ++releases;
    std::free(old);
}

constexpr std::size_t usual = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) {
    return counted_new_or_throw(size, usual);
}
void* operator new[](std::size_t size) {
    return counted_new_or_throw(size, usual);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_new(size, usual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted_new(size, usual);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted_new_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return counted_new_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_new(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_new(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* old) noexcept {
    counted_delete(old);
}
void operator delete[](void* old) noexcept {
    counted_delete(old);
}
void operator delete(void* old, std::size_t) noexcept {
    counted_delete(old);
}
void operator delete[](void* old, std::size_t) noexcept {
    counted_delete(old);
}
void operator delete(void* old, const std::nothrow_t&) noexcept {
    counted_delete(old);
}
void operator delete[](void* old, const std::nothrow_t&) noexcept {
    counted_delete(old);
}
void operator delete(void* old, std::align_val_t) noexcept {
    counted_delete(old);
}
void operator delete[](void* old, std::align_val_t) noexcept {
    counted_delete(old);
}
void operator delete(void* old, std::size_t, std::align_val_t) noexcept {
    counted_delete(old);
}
void operator delete[](void* old, std::size_t, std::align_val_t) noexcept {
    counted_delete(old);
}
void operator delete(void* old, std::align_val_t, const std::nothrow_t&) noexcept {
    counted_delete(old);
}
void operator delete[](void* old, std::align_val_t, const std::nothrow_t&) noexcept {
    counted_delete(old);
}

namespace chatos {
namespace {

using base::hex_bytes;

/// Calls of the allocator, either way, while `work` runs.
template <typename Work>
unsigned long allocator_calls(Work&& work) {
    const unsigned long before = allocations + releases;
    work();
    return allocations + releases - before;
}

/// Keeps the compiler from leaving out work whose result is unused.
template <typename Value>
void keep(const Value& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

constexpr limits small_limits{.pseudo_bytes_max = 8, .message_bytes_max = 16};

/// Packets, and bytes that are none: complete, unfinished and wrong in every way.
const std::vector<std::vector<std::byte>>& inputs() {
    static const std::vector<std::vector<std::byte>> all = [] {
        std::vector<std::vector<std::byte>> buffers;
        for (const char* hex : {"",
                                "01",
                                "01 00",
                                "01 0003 626f",
                                "01 0003 626f62",
                                "02 0002 c3a9",
                                "05 0001 61",
                                "03 0003 626f62 00000002 6869",
                                "03 0003 626f62 00000002 68",
                                "04 00000000",
                                "04 00000004 f09f9099",
                                "06",
                                "06 00",
                                "06 05",
                                "00",
                                "07",
                                "ff",
                                "01 0000",
                                "01 8000",
                                "01 7fff",
                                "01 0001 ff",
                                "03 0001 61 80000000",
                                "04 7fffffff",
                                "04 00000002 c380",
                                "04 00000002 c3c3",
                                "06 03",
                                "06 ff"}) {
            buffers.push_back(base::hex_bytes(hex));
        }
        std::vector<std::byte> large = base::hex_bytes("04 00004000");
        large.resize(large.size() + 0x4000, std::byte{'m'});
        buffers.push_back(large);
        large.back() = std::byte{0xC3};
        buffers.push_back(large);
        return buffers;
    }();
    return all;
}

TEST(Allocation, the_counter_counts) {
    EXPECT_GE(allocator_calls([] { keep(std::string(1'000, 'x')); }), 2U);
    // Our own operator delete frees both. NOLINTBEGIN(clang-analyzer-unix.Malloc)
    EXPECT_GE(allocator_calls([] {
                  struct alignas(128) wide {
                      char bytes[128];
                  };
                  delete new wide;
                  delete new (std::nothrow) wide;
              }),
              1U);
    // NOLINTEND(clang-analyzer-unix.Malloc)
#if defined(CHATOS_COUNTS_MALLOC)
    EXPECT_EQ(allocator_calls([] {
                  void* volatile memory = std::malloc(10);
                  memory = std::realloc(memory, 20);
                  std::free(memory);
                  memory = std::calloc(3, 3);
                  std::free(memory);
              }),
              5U);
#endif
}

TEST(Allocation, malloc_is_counted_too) {
#if !defined(CHATOS_COUNTS_MALLOC)
    GTEST_SKIP() << "malloc belongs to the sanitizer, or is not glibc's; operator new and delete are counted";
#endif
}

TEST(Allocation, decode_calls_no_allocator) {
    for (const auto& input : inputs()) {
        EXPECT_EQ(allocator_calls([&] { keep(decode(input)); }), 0U);
        EXPECT_EQ(allocator_calls([&] { keep(decode(input, small_limits, 1'000)); }), 0U);
    }
}

TEST(Allocation, decode_batch_calls_no_allocator) {
    std::vector<std::byte> stream;
    for (const auto& input : inputs()) {
        std::array<packet_view, 4> packets;
        EXPECT_EQ(allocator_calls([&] { keep(decode_batch(input, packets)); }), 0U);
        EXPECT_EQ(allocator_calls([&] { keep(decode_batch(input, packets, small_limits, 1'000)); }), 0U);
        if (decode(input).status == decode_status::complete) {
            stream.insert(stream.end(), input.begin(), input.end());
        }
    }
    std::array<packet_view, 32> packets;
    EXPECT_EQ(allocator_calls([&] { keep(decode_batch(stream, packets)); }), 0U);
}

TEST(Allocation, stream_decoder_works_in_the_callers_storage_alone) {
    std::vector<std::byte> storage(packet_bytes_max({}));
    for (const auto& input : inputs()) {
        for (const std::size_t fragment_bytes : {1U, 3U, 65'536U}) {
            const auto feed = [&] {
                stream_decoder decoder{storage, limits{}};
                for (std::size_t at = 0; at < input.size(); at += fragment_bytes) {
                    std::span<const std::byte> fragment = std::span{input}.subspan(at);
                    fragment = fragment.first(std::min(fragment.size(), fragment_bytes));
                    keep(decoder.next(fragment));
                    keep(decoder.offset());
                    keep(decoder.buffered());
                }
            };
            EXPECT_EQ(allocator_calls(feed), 0U);
        }
    }
}

TEST(Allocation, encode_calls_no_allocator) {
    const std::string long_text(1'000, 'x');
    std::array<std::byte, 2'048> output{};
    const packet_view packets[] = {
        make_cr("bob"),        make_rpm("bob"),     make_spm("bob", "hi"),
        make_sma(long_text),   make_pc("\u00e9"),   make_error(error_code::refused),
        make_cr(""),           make_cr("\xFF"),     make_cr(long_text),
        make_spm("a", "\xC3"), {opcode{0}, {}, {}}, make_error(static_cast<error_code>(3)),
    };
    for (const packet_view& packet : packets) {
        EXPECT_EQ(allocator_calls([&] {
                      keep(encoded_size(packet));
                      keep(encode(packet, output));
                      keep(encode(packet, {}));
                      keep(encode(packet, output, small_limits));
                  }),
                  0U);
    }
}

TEST(Allocation, judging_and_showing_text_calls_no_allocator) {
    const std::string texts[] = {"",     "abc",    "\u00e9\u20ac\U0001f419",           std::string(500, 'a'),
                                 "\xFF", "ab\xC3", std::string(500, 'a') + "\xE2\x82", "a\n\t\x1b\"\\ \u202e \x80 z"};
    for (const std::string& text : texts) {
        EXPECT_EQ(allocator_calls([&] {
                      keep(find_ill_formed_utf8(text));
                      keep(is_utf8(text));
                      escape(text, [](std::string_view piece) { keep(piece); });
                      if (!text.empty()) {
                          keep(next_display_piece(text));
                      }
                  }),
                  0U);
    }
}

TEST(Allocation, tables_and_names_call_no_allocator) {
    EXPECT_EQ(allocator_calls([] {
                  for (unsigned value = 0; value < 256; ++value) {
                      const auto byte = static_cast<std::uint8_t>(value);
                      keep(find_layout(byte));
                      keep(is_assigned_error_code(byte));
                      keep(error_code_name(static_cast<error_code>(byte)));
                      keep(field_name(static_cast<field>(byte)));
                      keep(violation_name(static_cast<violation>(byte)));
                      keep(describe(static_cast<violation>(byte)));
                      keep(rule_of(static_cast<violation>(byte)));
                  }
                  for (const packet_layout& row : packet_table) {
                      keep(layout_of(row.op));
                      keep(packet_name(row.op));
                  }
                  keep(packet_bytes_max(limits{}));
              }),
              0U);
}

}  // namespace
}  // namespace chatos
