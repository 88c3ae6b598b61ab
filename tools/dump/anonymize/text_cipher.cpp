#include "dump/anonymize/text_cipher.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace chatos::dump {

namespace {

constexpr std::size_t window_bytes = 4;
constexpr std::uint64_t rounds = 8;
constexpr std::uint64_t choices_of_likeness = 8;
constexpr likeness likenesses[]{likeness::kind, likeness::common, likeness::letters, likeness::ascii};
/// Longer texts are not tried so often.
constexpr std::size_t long_text_bytes = 4'096;

/// Which bit of the table four bytes have.
std::size_t bit_of_window(const char* window) noexcept {
    std::uint32_t number = 0;
    std::memcpy(&number, window, window_bytes);
    return (number * 0x9E37'79B1U) >> 9U;
}

/// Numbers from a seed, as many as are wanted.
class number_stream {
public:
    number_stream(keyed_hash& hash, const keyed_hash::digest& seed) : hash_{hash}, seed_{seed} {}

    std::uint32_t next() {
        if (position_ == block_.size()) {
            hash_.add("stream");
            hash_.add(seed_);
            hash_.add(count_++);
            block_ = hash_.finish();
            position_ = 0;
        }
        std::uint32_t number = 0;
        std::memcpy(&number, block_.data() + position_, sizeof number);
        position_ += sizeof number;
        return number;
    }

private:
    keyed_hash& hash_;
    keyed_hash::digest seed_;
    keyed_hash::digest block_{};
    std::size_t position_{sizeof block_};
    std::uint64_t count_{0};
};

}  // namespace

void text_cipher::avoid(std::string_view text) {
    for (std::size_t at = 0; at + window_bytes <= text.size(); ++at) {
        const std::size_t bit = bit_of_window(text.data() + at);
        known_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
}

std::size_t text_cipher::known_bytes(std::string_view text) const {
    std::size_t count = 0;
    for (std::size_t at = 0; at + window_bytes <= text.size(); ++at) {
        const std::size_t bit = bit_of_window(text.data() + at);
        count += known_[bit / 64] >> (bit % 64) & 1U;
    }
    return count;
}

std::string text_cipher::replace(std::string_view text) {
    std::optional<std::string> best;
    std::size_t least = 0;
    for (const likeness how : likenesses) {
        const std::uint64_t choices = text.size() > long_text_bytes ? 1 : choices_of_likeness;
        for (std::uint64_t choice = 0; choice < choices; ++choice) {
            std::string candidate = permute(text, how, choice);
            const std::size_t known = known_bytes(candidate);
            if (!best || known < least) {
                best = std::move(candidate);
                least = known;
            }
            if (least == 0) {
                return *std::move(best);
            }
        }
    }
    return *std::move(best);
}

std::string text_cipher::permute(std::string_view text, likeness how, std::uint64_t choice) {
    std::vector<text_symbol> symbols = symbols_of(text, how);
    // Blanks at the end stay, and change nothing in what is before them.
    std::size_t count = symbols.size();
    while (how == likeness::kind && count > 0 && symbols[count - 1].size == 1 && symbols[count - 1].bytes == 1 &&
           text[text.size() - 1 - (symbols.size() - count)] == ' ') {
        --count;
    }
    hash_.add("shape");
    hash_.add(choice * std::size(likenesses) + static_cast<std::uint64_t>(how));
    hash_.add(count);
    for (std::size_t index = 0; index < count; ++index) {
        hash_.add(std::uint64_t{symbols[index].alphabet} << 32U | symbols[index].size);
    }
    const keyed_hash::digest shape = hash_.finish();
    for (std::uint64_t round = 0; round < rounds; ++round) {
        run_round(symbols, count, round, shape);
    }
    return text_of(symbols);
}

/// Every other symbol moves within its alphabet by what a hash of the others says.
void text_cipher::run_round(std::vector<text_symbol>& symbols, std::size_t count, std::uint64_t round,
                            const keyed_hash::digest& shape) {
    const std::size_t moved = round % 2;
    hash_.add("round");
    hash_.add(round);
    hash_.add(shape);
    for (std::size_t index = 1 - moved; index < count; index += 2) {
        hash_.add(std::uint64_t{symbols[index].value});
    }
    number_stream numbers{hash_, hash_.finish()};
    for (std::size_t index = moved; index < count; index += 2) {
        symbols[index].value = (symbols[index].value + numbers.next() % symbols[index].size) % symbols[index].size;
    }
}

}  // namespace chatos::dump
