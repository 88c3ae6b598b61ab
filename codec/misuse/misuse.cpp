// Uses of the codec that must not compile, each next to the correct use, which must. A case begins with the line
//     // case NAME: DESCRIPTION; refused: REGEX
// and compiles the misuse where MISUSE_NAME is defined; the compiler's error must then match REGEX (CMakeLists.txt).
#include <chatos/decode.hpp>
#include <chatos/decode_batch.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>
#include <chatos/packet.hpp>
#include <chatos/stream_decoder.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

using byte_vector = std::vector<std::byte>;
using output_array = std::array<std::byte, 16>;
using packet_array = std::array<chatos::packet_view, 8>;

const byte_vector receive();
chatos::encode_result send();

// case decode_array: decode() given a temporary array; refused: deleted
std::size_t decode_array() {
#ifdef MISUSE_decode_array
    return chatos::decode(std::array<std::byte, 2>{std::byte{6}}).consumed;
#else
    const std::array<std::byte, 2> received{std::byte{6}};
    return chatos::decode(received).consumed;
#endif
}

// case decode_vector: decode() given a copy that is destroyed before the views into it are read; refused: deleted
std::size_t decode_vector(const byte_vector& received) {
#ifdef MISUSE_decode_vector
    return chatos::decode(byte_vector{received}).packet.pseudo.size();
#else
    return chatos::decode(received).packet.pseudo.size();
#endif
}

// case decode_const_vector: decode() given what a function returns by value, even if it is const; refused: deleted
std::size_t decode_const_vector() {
#ifdef MISUSE_decode_const_vector
    return chatos::decode(receive()).packet.pseudo.size();
#else
    const byte_vector received = receive();
    return chatos::decode(received).packet.pseudo.size();
#endif
}

// case decode_batch_vector: decode_batch() given a copy that is destroyed before the packets are read; refused: deleted
std::size_t decode_batch_vector(const byte_vector& received, packet_array& packets) {
#ifdef MISUSE_decode_batch_vector
    return chatos::decode_batch(byte_vector{received}, packets).count;
#else
    return chatos::decode_batch(received, packets).count;
#endif
}

// case decode_batch_packets: decode_batch() writing to a temporary array; refused: no matching function
std::size_t decode_batch_packets(const byte_vector& received, packet_array& packets) {
#ifdef MISUSE_decode_batch_packets
    return chatos::decode_batch(received, packet_array{packets}).count;
#else
    return chatos::decode_batch(received, packets).count;
#endif
}

// case encode_output: encode() writing to a temporary buffer; refused: could not convert|no viable conversion
std::size_t encode_output(output_array& output) {
#ifdef MISUSE_encode_output
    return chatos::encode(chatos::make_cr("bob"), output_array{output}).size;
#else
    return chatos::encode(chatos::make_cr("bob"), output).size;
#endif
}

// case ignored_decode: the result of decode() is ignored; refused: nodiscard
std::size_t ignored_decode(const byte_vector& received) {
#ifdef MISUSE_ignored_decode
    chatos::decode(received);
    return 0;
#else
    return chatos::decode(received).consumed;
#endif
}

// case ignored_decode_batch: the result of decode_batch() is ignored; refused: nodiscard
std::size_t ignored_decode_batch(const byte_vector& received, packet_array& packets) {
#ifdef MISUSE_ignored_decode_batch
    chatos::decode_batch(received, packets);
    return packets.size();
#else
    return chatos::decode_batch(received, packets).count;
#endif
}

// case ignored_encode: the result of encode() is ignored; refused: nodiscard
std::size_t ignored_encode(output_array& output) {
#ifdef MISUSE_ignored_encode
    chatos::encode(chatos::make_cr("bob"), output);
    return output.size();
#else
    return chatos::encode(chatos::make_cr("bob"), output).size;
#endif
}

// case ignored_next: a packet of a stream is ignored; refused: nodiscard
std::size_t ignored_next(chatos::stream_decoder& decoder, std::span<const std::byte> input) {
#ifdef MISUSE_ignored_next
    decoder.next(input);
    return input.size();
#else
    return decoder.next(input).consumed;
#endif
}

// case ignored_result: a result that a user's own function returns is ignored; refused: nodiscard
std::size_t ignored_result() {
#ifdef MISUSE_ignored_result
    send();
    return 0;
#else
    return send().size;
#endif
}

// case layout_parts: the parts of a row that is destroyed before they are read; refused: deleted
std::size_t layout_parts(chatos::opcode op) {
#ifdef MISUSE_layout_parts
    return chatos::packet_layout{chatos::layout_of(op)}.parts().size();
#else
    return chatos::layout_of(op).parts().size();
#endif
}

// The following strings would be destroyed before the packet is encoded.
// case make_cr: a temporary pseudo; refused: deleted
chatos::packet_view make_cr(const std::string& text) {
#ifdef MISUSE_make_cr
    return chatos::make_cr(text + "!");
#else
    return chatos::make_cr(text);
#endif
}

// case make_rpm: a temporary pseudo; refused: deleted
chatos::packet_view make_rpm(const std::string& text) {
#ifdef MISUSE_make_rpm
    return chatos::make_rpm(text + "!");
#else
    return chatos::make_rpm(text);
#endif
}

// case make_spm_pseudo: a temporary pseudo; refused: deleted
chatos::packet_view make_spm_pseudo(const std::string& text) {
#ifdef MISUSE_make_spm_pseudo
    return chatos::make_spm(text + "!", "hi");
#else
    return chatos::make_spm(text, "hi");
#endif
}

// case make_spm_message: a temporary message; refused: deleted
chatos::packet_view make_spm_message(const std::string& text) {
#ifdef MISUSE_make_spm_message
    return chatos::make_spm("bob", text + "!");
#else
    return chatos::make_spm("bob", text);
#endif
}

// case make_sma: a temporary message; refused: deleted
chatos::packet_view make_sma(const std::string& text) {
#ifdef MISUSE_make_sma
    return chatos::make_sma(text + "!");
#else
    return chatos::make_sma(text);
#endif
}

// case make_pc: a temporary pseudo; refused: deleted
chatos::packet_view make_pc(const std::string& text) {
#ifdef MISUSE_make_pc
    return chatos::make_pc(text + "!");
#else
    return chatos::make_pc(text);
#endif
}

// case next_span: stream_decoder::next() given a temporary span, so that the remaining input is lost; refused: deleted
std::size_t next_span(chatos::stream_decoder& decoder, const byte_vector& received) {
#ifdef MISUSE_next_span
    return decoder.next(std::span<const std::byte>{received}).consumed;
#else
    std::span<const std::byte> input{received};
    return decoder.next(input).consumed;
#endif
}

// case next_vector: stream_decoder::next() given a container instead of a span; refused: deleted
std::size_t next_vector(chatos::stream_decoder& decoder, const byte_vector& received) {
#ifdef MISUSE_next_vector
    return decoder.next(byte_vector{received}).consumed;
#else
    std::span<const std::byte> input{received};
    return decoder.next(input).consumed;
#endif
}

// case stream_decoder_copy: two stream decoders with the same storage; refused: deleted
std::size_t stream_decoder_copy(chatos::stream_decoder& decoder) {
#ifdef MISUSE_stream_decoder_copy
    chatos::stream_decoder other{decoder};
#else
    chatos::stream_decoder other{std::move(decoder)};
#endif
    return other.buffered();
}

// case stream_decoder_storage: a temporary storage; refused: no matching function|no matching constructor
std::size_t stream_decoder_storage(byte_vector& storage) {
#ifdef MISUSE_stream_decoder_storage
    return chatos::stream_decoder{byte_vector{storage}, {}}.buffered();
#else
    return chatos::stream_decoder{storage, {}}.buffered();
#endif
}
