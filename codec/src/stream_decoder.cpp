// Joins fragments into packets. Bytes are copied into the storage only for a packet that a fragment does not hold
// whole, and never past that packet's end: each step copies up to the next decision (`need`), no further.
#include <chatos/stream_decoder.hpp>

#include <algorithm>
#include <cassert>

namespace chatos {

stream_decoder::stream_decoder(std::span<std::byte> storage, const limits& bounds) noexcept
    : storage_{storage}, bounds_{bounds} {
    assert(storage.size() >= packet_bytes_max(bounds));
}

decode_result stream_decoder::next(std::span<const std::byte>& input) noexcept {
    if (error_.what != violation::none) {
        return {.status = decode_status::malformed, .error = error_};
    }
    return buffered_ == 0 ? start_packet(input) : continue_packet(input);
}

decode_result stream_decoder::start_packet(std::span<const std::byte>& input) noexcept {
    const decode_result result = decode(input, bounds_, offset_);
    switch (result.status) {
    case decode_status::complete:
        input = input.subspan(result.consumed);
        offset_ += result.consumed;
        break;
    case decode_status::incomplete:
        take(input, input.size());
        need_ = result.need;
        break;
    case decode_status::malformed: error_ = result.error; break;
    }
    return result;
}

decode_result stream_decoder::continue_packet(std::span<const std::byte>& input) noexcept {
    for (;;) {
        const std::size_t taken = std::min(need_, input.size());
        take(input, taken);
        need_ -= taken;
        if (need_ != 0) {
            return {.status = decode_status::incomplete, .need = need_};
        }
        const decode_result result = decode(storage_.first(buffered_), bounds_, offset_);
        switch (result.status) {
        case decode_status::complete:
            offset_ += result.consumed;
            buffered_ = 0;
            return result;
        case decode_status::malformed: error_ = result.error; return result;
        case decode_status::incomplete: need_ = result.need; break;
        }
    }
}

void stream_decoder::take(std::span<const std::byte>& input, std::size_t bytes) noexcept {
    std::copy_n(input.begin(), bytes, storage_.begin() + static_cast<std::ptrdiff_t>(buffered_));
    buffered_ += bytes;
    input = input.subspan(bytes);
}

}  // namespace chatos
