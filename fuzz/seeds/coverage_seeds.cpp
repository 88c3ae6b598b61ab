#include "seeds/seed_sets.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chatos::fuzz {

namespace {

using namespace std::string_literals;

/// Room for as many packets as a batch of the harness can have.
constexpr char most_room = 63;
/// Places in limits_choices.
constexpr char default_limits = 0;
constexpr char limits_with_long_pseudos = 5;

/// `number` in `bytes` big-endian bytes.
std::string size_of(std::size_t number, unsigned bytes) {
    std::string wire;
    while (bytes-- > 0) {
        wire.push_back(static_cast<char>(static_cast<std::uint8_t>(number >> (bytes * 8))));
    }
    return wire;
}

std::string sized_pseudo(char op, std::string_view pseudo) {
    return (op + size_of(pseudo.size(), 2)).append(pseudo);
}

// Not with encode(): most of these it would refuse.
std::string cr(std::string_view pseudo) {
    return sized_pseudo(1, pseudo);
}
std::string spm(std::string_view pseudo, std::string_view message) {
    return (sized_pseudo(3, pseudo) + size_of(message.size(), 4)).append(message);
}
std::string sma(std::string_view message) {
    return (char{4} + size_of(message.size(), 4)).append(message);
}

seed make_seed(std::string name, std::string_view input) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{input.data(), input.size()});
    return {std::move(name), {bytes.begin(), bytes.end()}};
}

}  // namespace

std::vector<seed> make_batch_seeds() {
    std::vector<seed> seeds;
    const auto add = [&seeds](const std::string& name, const std::string& stream, char limits_choice = default_limits) {
        seeds.push_back(make_seed("batch_" + name, std::string{limits_choice, most_room} + stream));
    };
    const std::string error_ok("\x06\x00", 2);
    const std::string before = spm("bob", "hi") + error_ok;
    // Longer than a block of any kernel.
    const std::string letters(70, 'p');
    const std::string long_wrong = letters + '\xFF';
    const std::string following = sma(letters);

    add("of_every_packet",
        before + cr("bob") + sized_pseudo(2, "alice") + sized_pseudo(5, "eve") + following + spm("bob", ""));
    add("of_unknown_opcode", before + '\x07' + following);
    add("of_error_code_3", before + std::string("\x06\x03", 2) + following);
    add("cut_behind_opcode", before + '\x03');
    add("cut_in_pseudo", before + cr("bob").substr(0, 5));
    add("cut_in_message", before + spm("bob", "hi").substr(0, 11));
    // The fast path leaves it to decode(), and continues after it.
    add("of_a_pseudo_of_256_bytes", before + cr(std::string(256, 'p')) + before, limits_with_long_pseudos);

    add("of_texts_in_one_block", before + spm("\u00e9", "\u20ac") + spm("\u20ac", "\U0001f419") + following);
    add("of_texts_in_blocks_of_their_own", spm(letters + "\u00e9", letters + "\u20ac") + following);
    add("pseudo_not_utf8", cr("b\xFF") + following);
    add("message_not_utf8", sma("b\xE2\x82") + following);
    add("pseudo_not_utf8_in_one_block", spm("b\xFF", "hi") + following);
    add("message_not_utf8_in_one_block", spm("bob", "\xE2\x82") + following);
    add("long_pseudo_not_utf8", spm(long_wrong, letters) + following);
    add("long_message_not_utf8", spm(letters, long_wrong) + following);
    // Where the buffer ends before the block does.
    add("last_pseudo_not_utf8", spm("b\xFF", "hi"));
    add("last_message_not_utf8", spm("bob", "\xE2\x82"));
    return seeds;
}

std::vector<seed> make_long_text_seeds() {
    // More letters than one piece of the display takes.
    return {make_seed("shown_299_letters", std::string{'\0'} + std::string(299, 'x'))};
}

}  // namespace chatos::fuzz
