#include "dump/dump_properties.hpp"
#include "dump/hex_forms.hpp"
#include "properties/decode_plan.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/encode.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 4> form_names{"lines", "tree", "json", "hex"};
constexpr unsigned from_server = 0x20;
constexpr unsigned file = 0xC0;

/// A plan byte: default limits, a form, and what else is asked for.
std::byte plan_byte(std::size_t form, unsigned flags) {
    return static_cast<std::byte>(form << 3U | flags);
}

void append(std::vector<std::byte>& input, std::string_view text) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span{text.data(), text.size()});
    input.insert(input.end(), bytes.begin(), bytes.end());
}

void append(std::vector<std::byte>& input, const packet_view& packet) {
    std::vector<std::byte> wire(encoded_size(packet));
    if (encode(packet, wire).status != encode_status::ok) {
        throw std::logic_error{"a seed is not a packet"};
    }
    input.insert(input.end(), wire.begin(), wire.end());
}

/// The streams of the codec's seeds, each in one form after the other.
void add_streams(std::vector<seed>& seeds) {
    std::size_t index = 0;
    for (seed tested : make_packet_seeds()) {
        constexpr std::size_t long_ones = 400;
        if (tested.input.size() > long_ones) {
            continue;
        }
        const std::size_t form = index % form_names.size();
        constexpr std::array<unsigned, 3> flags{0, from_server, file};
        const std::byte limits_choice = tested.input[0] & std::byte{7};
        tested.input[0] = limits_choice | plan_byte(form, flags[index % flags.size()]);
        tested.name = std::string{form_names[form]} + '_' + tested.name;
        seeds.push_back(std::move(tested));
        ++index;
    }
}

/// Texts that cannot be shown as they are, or not whole.
void add_texts(std::vector<seed>& seeds) {
    std::string long_text;
    while (long_text.size() < 261) {
        long_text += "ab\u00e9cd\u20ac\U0001f419\n";
    }
    const std::array<std::pair<std::string_view, std::string_view>, 4> texts{
        {{"controls", "a\x1b[2J\r\n\t\x7f\0b"sv},
         {"quotes", "\"\\\""sv},
         {"marks", "\u202e\u2066\ufeff\u0085\U000e0041\u00e9\U0001f419"sv},
         {"long", long_text}}};
    for (const auto& [name, text] : texts) {
        for (std::size_t form = 0; form < 3; ++form) {
            std::vector<std::byte> input{plan_byte(form, form == 1 ? from_server : file), std::byte{77}};
            append(input, make_spm("bob", text));
            append(input, make_rpm(text.size() > 32 ? std::string_view{"eve"} : text));
            seeds.push_back({std::string{form_names[form]} + "_text_" + std::string{name}, std::move(input)});
        }
    }
}

/// Streams that are hex text, in the form where any stream is also read as that.
void add_hex_texts(std::vector<seed>& seeds) {
    const std::size_t hex_form = form_names.size() - 1;
    const auto add = [&](std::string name, std::string_view text) {
        std::vector<std::byte> input{plan_byte(hex_form, file), std::byte{4}};
        append(input, text);
        seeds.push_back({"hex_text_" + std::move(name), std::move(input)});
    };
    std::vector<std::byte> packets;
    append(packets, make_spm("bob", "hello there"));
    append(packets, make_error(error_code::refused));
    constexpr std::array<std::string_view, 7> names{"plain",  "spaces", "prefixes", "comments",
                                                    "colons", "xxd",    "hexdump"};
    for (std::size_t choice = 0; choice < names.size(); ++choice) {
        const std::string text = hex_text_of(packets, static_cast<std::uint8_t>(choice));
        add(std::string{names[choice]}, text);
        // Odd, so that the file is hex text, and of this form.
        const auto split = static_cast<std::byte>(choice % 2 == 1 ? choice : choice + names.size());
        std::vector<std::byte> input{plan_byte(hex_form, file), split};
        input.insert(input.end(), packets.begin(), packets.end());
        seeds.push_back({"hex_of_packets_" + std::string{names[choice]}, std::move(input)});
    }
    add("half_a_byte", "06 0");
    add("no_digit", "06 00\n0\x1bg");
    add("prefix_alone", "06 0x ");
    add("wrong_offset", "00000000: 0600\n00000003: 0600\n");
    add("repeated_lines", "00000000  06 00\n*\n");
    add("short_offset", "00000000: 0600\n02: 06\n");
    add("listing_or_not", "00000000 ");
}

}  // namespace

std::vector<seed> make_dump_seeds() {
    std::vector<seed> seeds;
    add_streams(seeds);
    add_texts(seeds);
    add_hex_texts(seeds);
    return seeds;
}

}  // namespace chatos::fuzz
