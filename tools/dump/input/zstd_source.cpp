#include "dump/input/zstd_source.hpp"

#include <array>
#include <stdexcept>
#include <zstd.h>

namespace chatos::dump {

namespace {

constexpr std::size_t compressed_piece_bytes = 65'536;
constexpr int window_bits_max = 24;

}  // namespace

struct zstd_source::decompressor {
    ZSTD_DStream* stream{nullptr};
    std::array<std::byte, compressed_piece_bytes> piece{};
    ZSTD_inBuffer input{piece.data(), 0, 0};
    bool at_frame_start{true};
    bool is_done{false};
};

zstd_source::zstd_source(byte_source& from) : from_{from}, decompressor_{std::make_unique<decompressor>()} {
    decompressor_->stream = ZSTD_createDStream();
    if (decompressor_->stream == nullptr) {
        throw std::runtime_error{"no memory for decompressing"};
    }
    ZSTD_DCtx_setParameter(decompressor_->stream, ZSTD_d_windowLogMax, window_bits_max);
}

zstd_source::~zstd_source() {
    ZSTD_freeDStream(decompressor_->stream);
}

std::size_t zstd_source::read(std::span<std::byte> room) {
    decompressor& state = *decompressor_;
    ZSTD_outBuffer output{room.data(), room.size(), 0};
    bool may_hold_more = true;  // the library may still have bytes of what it was given
    while (!state.is_done && output.pos == 0) {
        if (state.input.pos == state.input.size && !may_hold_more) {
            state.input.size = from_.read(state.piece);
            state.input.pos = 0;
            if (state.input.size == 0) {
                state.is_done = true;
                if (!from_.problem().empty()) {
                    problem_ = from_.problem();
                } else if (!state.at_frame_start) {
                    problem_ = "the zstd data ends early";
                }
                break;
            }
        }
        may_hold_more = false;
        const std::size_t input_before = state.input.pos;
        const std::size_t status = ZSTD_decompressStream(state.stream, &output, &state.input);
        if (ZSTD_isError(status) != 0) {
            state.is_done = true;
            problem_ = std::string{"the zstd data cannot be decompressed: "} + ZSTD_getErrorName(status);
        } else if (state.input.pos != input_before || output.pos != 0) {
            state.at_frame_start = status == 0;
        }
    }
    return output.pos;
}

}  // namespace chatos::dump
