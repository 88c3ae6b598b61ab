// Compressed captures: the same frames as without, cut and damaged ones told, and memory that does not grow.
#include "base/capture_builder.hpp"
#include "dump/capture/frame_reader.hpp"
#include "dump/input/gzip_source.hpp"
#include "dump/input/zstd_source.hpp"
#include "dump/testing/memory_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <zlib.h>
#include <zstd.h>

namespace chatos::dump::testing {
namespace {

using namespace base::wire;

byte_string gzip(const byte_string& bytes) {
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    byte_string packed(deflateBound(&stream, static_cast<uLong>(bytes.size())));
    byte_string copy = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

byte_string zstd(const byte_string& bytes, int window_bits = 0) {
    const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    if (window_bits != 0) {
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, window_bits);
        ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
    }
    byte_string packed(ZSTD_compressBound(bytes.size()));
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer output{packed.data(), packed.size(), 0};
    if (window_bits != 0) {
        // Flushing once keeps the library from choosing a window that fits the input.
        EXPECT_EQ(ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_flush), 0U);
    }
    EXPECT_EQ(ZSTD_compressStream2(context.get(), &output, &input, ZSTD_e_end), 0U);
    packed.resize(output.pos);
    return packed;
}

struct unpacked {
    byte_string bytes;
    std::string problem;
    std::string warning;
};

template <typename Source>
unpacked unpack(const byte_string& packed, std::size_t piece_bytes = SIZE_MAX, std::size_t room_bytes = 1000) {
    memory_source from{packed, piece_bytes};
    Source source{from};
    unpacked all;
    byte_string room(room_bytes);
    for (std::size_t count = source.read(room); count != 0; count = source.read(room)) {
        all.bytes.insert(all.bytes.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count));
    }
    all.problem = source.problem();
    all.warning = source.warning();
    return all;
}

byte_string sample() {
    pcap_builder capture;
    for (std::uint32_t count = 0; count < 2000; ++count) {
        capture.add(joined({big(count, 4), raw("some bytes of a frame")}));
    }
    return capture.bytes();
}

TEST(gzip, gives_the_bytes_whatever_the_pieces_and_members) {
    const byte_string whole = sample();
    const byte_string packed = gzip(whole);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
        const unpacked all = unpack<gzip_source>(packed, piece);
        EXPECT_EQ(all.problem, "");
        EXPECT_TRUE(all.bytes == whole);
    }
    const unpacked twice = unpack<gzip_source>(joined({packed, packed}));
    EXPECT_EQ(twice.problem, "");
    EXPECT_TRUE(twice.bytes == joined({whole, whole}));
}

TEST(gzip, cut_or_damaged_gives_what_came_before_and_a_problem) {
    const byte_string packed = gzip(sample());
    for (const std::size_t size : {std::size_t{3}, packed.size() / 2, packed.size() - 1}) {
        const unpacked all = unpack<gzip_source>({packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_EQ(all.problem, "the gzip data ends early") << size;
        EXPECT_EQ(all.bytes.empty(), size == 3) << size;
    }
    byte_string damaged = packed;
    damaged[packed.size() - 6] ^= std::byte{1};
    EXPECT_NE(unpack<gzip_source>(damaged).problem.find("the gzip data is damaged"), std::string::npos);
}

TEST(gzip, zeros_after_a_member_are_padding_and_other_bytes_are_warned_of) {
    const byte_string whole = sample();
    const byte_string packed = gzip(whole);
    const std::vector<std::pair<byte_string, bool>> tails{
        {byte_string(1), false},
        {byte_string(200'000), false},
        {raw("behind"), true},
        {raw("\x1f"), true},
        {raw("\x1f!"), true},
        {joined({byte_string(1'000), raw("x")}), true},
        {joined({byte_string(512), packed}), true},  // gzip reads no member after padding
    };
    for (const auto& [tail, is_garbage] : tails) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1'000}, SIZE_MAX}) {
            const unpacked all = unpack<gzip_source>(joined({packed, tail}), piece);
            EXPECT_EQ(all.problem, "");
            EXPECT_EQ(all.warning, is_garbage ? "bytes after the gzip data are no gzip data and were ignored" : "");
            EXPECT_TRUE(all.bytes == whole);
        }
    }
    EXPECT_NE(unpack<gzip_source>(joined({packed, raw("\x1f\x8b")})).problem, "") << "a member that is cut";
    EXPECT_NE(unpack<gzip_source>(byte_string(10)).problem, "") << "padding without a member";
}

TEST(zstd, gives_the_bytes_whatever_the_pieces_and_frames) {
    const byte_string whole = sample();
    const byte_string packed = zstd(whole);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
        const unpacked all = unpack<zstd_source>(packed, piece);
        EXPECT_EQ(all.problem, "");
        EXPECT_TRUE(all.bytes == whole);
    }
    const unpacked twice = unpack<zstd_source>(joined({packed, packed}));
    EXPECT_EQ(twice.problem, "");
    EXPECT_TRUE(twice.bytes == joined({whole, whole}));
}

TEST(zstd, cut_damaged_or_with_too_large_a_window_is_a_problem) {
    const byte_string packed = zstd(sample());
    for (const std::size_t size : {std::size_t{3}, packed.size() / 2, packed.size() - 1}) {
        const unpacked all = unpack<zstd_source>({packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)});
        EXPECT_EQ(all.problem, "the zstd data ends early") << size;
    }
    byte_string damaged = packed;
    damaged[packed.size() - 2] ^= std::byte{1};
    EXPECT_NE(unpack<zstd_source>(damaged).problem.find("cannot be decompressed"), std::string::npos);
    EXPECT_NE(unpack<zstd_source>(zstd(sample(), 27)).problem.find("cannot be decompressed"), std::string::npos);
}

/// A gzip file that stands for `megabytes` of zeros behind a capture's header.
byte_string bomb(std::size_t megabytes) {
    byte_string packed = gzip(pcap_builder{}.bytes());
    const byte_string zeros = gzip(byte_string(1U << 20U));
    for (std::size_t count = 0; count < megabytes; ++count) {
        packed.insert(packed.end(), zeros.begin(), zeros.end());
    }
    return packed;
}

TEST(gzip, a_bomb_takes_time_and_no_memory) {
    const byte_string packed = bomb(100);
    ASSERT_LT(packed.size(), 200'000U);
    memory_source from{packed};
    gzip_source source{from};
    frame_reader feed{source};
    std::uint64_t frames = 0;
    while (feed.next() != nullptr) {
        ++frames;
    }
    EXPECT_EQ(feed.problem(), "");
    EXPECT_EQ(frames, (100U << 20U) / 16);
}

}  // namespace
}  // namespace chatos::dump::testing
