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
    bool at_member_start{true};
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

std::size_t gzip_source::read(std::span<std::byte> room) {
    z_stream& stream = inflater_->stream;
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    const std::size_t room_bytes = std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max());
    stream.avail_out = static_cast<uInt>(room_bytes);
    while (!inflater_->is_done && stream.avail_out == room_bytes) {
        if (stream.avail_in == 0) {
            const std::size_t count = from_.read(inflater_->piece);
            if (count == 0) {
                inflater_->is_done = true;
                if (!from_.problem().empty()) {
                    problem_ = from_.problem();
                } else if (!inflater_->at_member_start) {
                    problem_ = "the gzip data ends early";
                }
                break;
            }
            stream.next_in = reinterpret_cast<Bytef*>(inflater_->piece.data());
            stream.avail_in = static_cast<uInt>(count);
        }
        inflater_->at_member_start = false;
        const int status = inflate(&stream, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            inflateReset(&stream);
            inflater_->at_member_start = true;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            inflater_->is_done = true;
            problem_ =
                std::string{"the gzip data is damaged: "} + (stream.msg != nullptr ? stream.msg : "unknown error");
        }
    }
    return room_bytes - stream.avail_out;
}

}  // namespace chatos::dump
