#include "naive_decoder.hpp"

#include "naive_utf8.hpp"

namespace naive {
namespace {

/// A packet that is being read from its front.
struct reader {
    const unsigned char* bytes;
    std::size_t count;
    size_limits limits;
    std::uint64_t position;
    std::size_t at{0};
    reading result{};

    // Each of these tells whether reading continues; if not, the result is there.

    bool wait_for(std::size_t wanted) {
        const std::size_t available = count - at;
        if (available >= wanted) {
            return true;
        }
        result.kind = outcome::unfinished;
        result.missing = wanted - available;
        return false;
    }

    bool refuse(fault why, place where, std::size_t start) {
        result = reading{};
        result.kind = outcome::wrong;
        result.why = why;
        result.where = where;
        result.offset = position + start;
        return false;
    }

    /// WIRE-8, WIRE-7: the string, judged when all its bytes are there.
    bool read_text(std::uint64_t size, place where, text& read) {
        if (!wait_for(static_cast<std::size_t>(size))) {
            return false;
        }
        read.start = at;
        read.size = static_cast<std::size_t>(size);
        const std::size_t bad = first_ill_formed(bytes + at, read.size);
        if (bad != read.size) {
            return refuse(fault::text_is_not_utf8, where, at + bad);
        }
        at += read.size;
        return true;
    }

    /// A pseudo: 2 bytes of size, then the pseudo (WIRE-2, WIRE-3).
    bool read_pseudo() {
        if (!wait_for(2)) {
            return false;
        }
        const std::uint64_t size = bytes[at] * 256ULL + bytes[at + 1];  // WIRE-6
        const std::size_t start = at;
        at += 2;
        if (size > 32767) {  // WIRE-11
            return refuse(fault::size_has_its_top_bit_set, place::size_of_pseudo, start);
        }
        if (size == 0) {  // WIRE-9
            return refuse(fault::pseudo_has_no_byte, place::size_of_pseudo, start);
        }
        if (size > limits.pseudo) {  // WIRE-14
            return refuse(fault::size_is_over_the_limit, place::size_of_pseudo, start);
        }
        return read_text(size, place::pseudo, result.pseudo);
    }

    /// A message: 4 bytes of size, then the message, which may be empty (WIRE-3, WIRE-4, WIRE-10).
    bool read_message() {
        if (!wait_for(4)) {
            return false;
        }
        const std::uint64_t size =
            ((bytes[at] * 256ULL + bytes[at + 1]) * 256 + bytes[at + 2]) * 256 + bytes[at + 3];  // WIRE-6
        const std::size_t start = at;
        at += 4;
        if (size > 2147483647) {  // WIRE-11
            return refuse(fault::size_has_its_top_bit_set, place::size_of_message, start);
        }
        if (size > limits.message) {  // WIRE-14
            return refuse(fault::size_is_over_the_limit, place::size_of_message, start);
        }
        return read_text(size, place::message, result.message);
    }

    /// WIRE-5, WIRE-12
    bool read_error_code() {
        if (!wait_for(1)) {
            return false;
        }
        const unsigned code = bytes[at];
        if (code != 0 && code != 1 && code != 2 && code != 4 && code != 5) {
            return refuse(fault::error_code_is_not_assigned, place::error_code, at);
        }
        result.error_code = code;
        at += 1;
        return true;
    }

    bool read_all() {
        if (!wait_for(1)) {
            return false;
        }
        result.opcode = bytes[0];
        at = 1;
        switch (result.opcode) {
        case 1:                                          // CR
        case 2:                                          // RPM
        case 5: return read_pseudo();                    // PC
        case 3: return read_pseudo() && read_message();  // SPM
        case 4: return read_message();                   // SMA
        case 6: return read_error_code();                // ERROR
        default: return refuse(fault::opcode_is_not_1_to_6, place::opcode, 0);
        }
    }
};

}  // namespace

reading read_packet(const unsigned char* bytes, std::size_t count, const size_limits& limits, std::uint64_t position) {
    reader input{.bytes = bytes, .count = count, .limits = limits, .position = position};
    if (input.read_all()) {
        input.result.kind = outcome::whole;
        input.result.bytes = input.at;
    }
    return input.result;
}

}  // namespace naive
