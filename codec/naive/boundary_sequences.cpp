#include "boundary_sequences.hpp"

#include <cassert>

namespace chatos::testing {
namespace {

using bytes = std::vector<unsigned char>;

// The rows of the table start with 00..7F, C2..DF, E0, E1..EC, ED, EE..EF, F0, F1..F3, F4.
const bytes first_bytes{0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xC3, 0xDE, 0xDF, 0xE0, 0xE1, 0xEC,
                        0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFE, 0xFF};
// Second bytes are 80..BF, A0..BF (E0), 80..9F (ED), 90..BF (F0), 80..8F (F4).
const bytes second_bytes{0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xF0, 0xFF};
const bytes later_bytes{0x7F, 0x80, 0xBF, 0xC0};
/// Those that announce three bytes and more, and their neighbours.
const bytes long_first_bytes{0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};

std::string text_of(const bytes& values) {
    return {values.begin(), values.end()};
}

std::vector<std::string> make_boundary_sequences() {
    std::vector<std::string> sequences;
    for (const unsigned char first : first_bytes) {
        sequences.push_back(text_of({first}));
        for (const unsigned char second : second_bytes) {
            sequences.push_back(text_of({first, second}));
        }
    }
    for (const unsigned char first : long_first_bytes) {
        for (const unsigned char second : second_bytes) {
            for (const unsigned char third : later_bytes) {
                sequences.push_back(text_of({first, second, third}));
                if (first < 0xEF) {
                    continue;
                }
                const bool third_is_right = third == 0x80 || third == 0xBF;
                for (const unsigned char fourth : third_is_right ? later_bytes : bytes{0x80}) {
                    sequences.push_back(text_of({first, second, third, fourth}));
                }
            }
        }
    }
    return sequences;
}

}  // namespace

const std::vector<std::string>& boundary_sequences() {
    static const std::vector<std::string> sequences = make_boundary_sequences();
    return sequences;
}

std::string text_around(std::string_view sequence, position where, std::size_t size) {
    assert(sequence.size() <= size);
    const std::size_t padding = size - sequence.size();
    const std::size_t before = where == position::start ? 0 : where == position::end ? padding : padding / 2;
    return std::string(before, 'b').append(sequence).append(padding - before, 'a');
}

}  // namespace chatos::testing
