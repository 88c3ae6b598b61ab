// A second decoder, for tests alone: written from the rules WIRE-1 to WIRE-14 and nothing else, plain, obvious and
// slow. It shares no code, header, table or enumeration with the codec, so that a mistake would have to be made twice
// to go unseen. It must never include a header of the codec.
#pragma once

#include <cstddef>
#include <cstdint>

namespace naive {

enum class outcome { whole, unfinished, wrong };

/// What is wrong with a packet.
enum class fault {
    nothing,
    opcode_is_not_1_to_6,        // WIRE-1
    size_has_its_top_bit_set,    // WIRE-11
    size_is_over_the_limit,      // WIRE-14
    pseudo_has_no_byte,          // WIRE-9
    text_is_not_utf8,            // WIRE-8
    error_code_is_not_assigned,  // WIRE-12
};

enum class place { opcode, size_of_pseudo, pseudo, size_of_message, message, error_code };

/// The largest sizes that are not refused (WIRE-14).
struct size_limits {
    std::uint64_t pseudo;
    std::uint64_t message;
};

/// A string of a packet: where it lies in the bytes that were read.
struct text {
    std::size_t start{0};
    std::size_t size{0};
};

struct reading {
    outcome kind{outcome::unfinished};
    // whole
    unsigned opcode{0};
    unsigned error_code{0};
    text pseudo{};
    text message{};
    std::size_t bytes{0};
    // unfinished: how many more bytes bring the next decision
    std::size_t missing{0};
    // wrong
    fault why{fault::nothing};
    place where{place::opcode};
    std::uint64_t offset{0};
};

/// Reads the packet at the front of `count` bytes, the first of which is the one at `position` of its stream.
reading read_packet(const unsigned char* bytes, std::size_t count, const size_limits& limits, std::uint64_t position);

}  // namespace naive
