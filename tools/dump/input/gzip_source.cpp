#include "dump/input/gzip_source.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <zlib.h>

namespace chatos::dump {

namespace {

constexpr std::size_t piece_bytes = 65'536;
constexpr int gzip_window_bits = 15 + 16;  // the largest window, and the gzip header expected

}  // namespace

struct gzip_source::inflater {
    z_stream stream{};
    std::array<std::byte, piece_bytes> piece{};
    bool has_member{false};     // one was read to its end
    bool may_hold_more{false};  ///< output that had no room
    bool is_done{false};
};

gzip_source::gzip_source(byte_source& from) : from_{from}, inflater_{std::make_unique<inflater>()} {
    if (inflateInit2(&inflater_->stream, gzip_window_bits) != Z_OK) {
        throw std::runtime_error{"no memory for decompressing"};
    }
}

gzip_source::~gzip_source() {
    inflateEnd(&inflater_->stream);
}

/// Reads more compressed bytes; false at their end.
bool gzip_source::fill() {
    const std::size_t count = from_.read(inflater_->piece);
    inflater_->stream.next_in = reinterpret_cast<Bytef*>(inflater_->piece.data());
    inflater_->stream.avail_in = static_cast<uInt>(count);
    return count != 0;
}

void gzip_source::end_with_garbage() {
    inflater_->is_done = true;
    warning_ = "bytes after the gzip data are no gzip data and were ignored";
}

/// After a member: zeros up to the end are padding. As in gzip, nothing that follows zeros is a member.
void gzip_source::skip_padding() {
    z_stream& stream = inflater_->stream;
    while (true) {
        while (stream.avail_in != 0 && *stream.next_in == 0) {
            ++stream.next_in;
            --stream.avail_in;
        }
        if (stream.avail_in != 0) {
            end_with_garbage();
            return;
        }
        if (!fill()) {
            inflater_->is_done = true;
            problem_ = from_.problem();
            return;
        }
    }
}

std::size_t gzip_source::read(std::span<std::byte> room) {
    constexpr std::size_t magic_bytes = 2;
    z_stream& stream = inflater_->stream;
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    const std::size_t room_bytes = std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max());
    stream.avail_out = static_cast<uInt>(room_bytes);
    while (!inflater_->is_done && stream.avail_out == room_bytes) {
        const bool may_be_garbage = inflater_->has_member && stream.total_in < magic_bytes;
        if (stream.avail_in == 0 && !inflater_->may_hold_more && !fill()) {
            inflater_->is_done = true;
            if (!from_.problem().empty()) {
                problem_ = from_.problem();
            } else if (stream.total_in != 0 && may_be_garbage) {
                end_with_garbage();
            } else if (stream.total_in != 0 || !inflater_->has_member) {
                problem_ = "the gzip data ends early";
            }
            break;
        }
        if (inflater_->has_member && stream.total_in == 0 && *stream.next_in == 0) {
            skip_padding();
            break;
        }
        const int status = inflate(&stream, Z_NO_FLUSH);
        inflater_->may_hold_more = stream.avail_out == 0;
        if (status == Z_STREAM_END) {
            inflateReset(&stream);
            inflater_->has_member = true;
            inflater_->may_hold_more = false;
        } else if (status == Z_DATA_ERROR && inflater_->has_member && stream.total_in <= magic_bytes) {
            end_with_garbage();
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            inflater_->is_done = true;
            problem_ =
                std::string{"the gzip data is damaged: "} + (stream.msg != nullptr ? stream.msg : "unknown error");
        }
    }
    return room_bytes - stream.avail_out;
}

}  // namespace chatos::dump
