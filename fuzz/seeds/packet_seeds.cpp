#include "properties/decode_plan.hpp"
#include "seeds/seed_sets.hpp"

#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;
using bytes = std::vector<std::byte>;

/// Places in limits_choices.
constexpr std::uint8_t default_limits = 0;
constexpr std::uint8_t smallest_limits = 1;
constexpr std::uint8_t tiny_limits = 3;
constexpr std::uint8_t limits_above_signed_sizes = 6;
/// Base offset 0xFFFF'FFFD, as it is in the first byte.
constexpr std::uint8_t large_base_offset = 2 * limits_choices.size();

constexpr std::uint8_t split_whole = 0;
constexpr std::uint8_t split_varied = 77;

bytes operator+(bytes left, const bytes& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

bytes raw(std::string_view text) {
    const std::span<const std::byte> view = std::as_bytes(std::span{text.data(), text.size()});
    return {view.begin(), view.end()};
}

bytes wire(const packet_view& packet, const limits& bounds = {}) {
    bytes packed(encoded_size(packet));
    if (encode(packet, packed, bounds).status != encode_status::ok) {
        throw std::logic_error{"a seed is not a packet"};
    }
    return packed;
}

/// The packet without its last `count` bytes.
bytes cut(bytes packed, std::size_t count) {
    packed.resize(packed.size() - count);
    return packed;
}

bytes planned(std::uint8_t limits_choice, std::uint8_t split_choice, const bytes& stream) {
    return bytes{std::byte{limits_choice}, std::byte{split_choice}} + stream;
}

void add_packets(std::vector<seed>& seeds) {
    const auto add = [&seeds](std::string name, const bytes& stream) {
        seeds.push_back({std::move(name), planned(default_limits, split_whole, stream)});
    };
    add("cr", wire(make_cr("bob")));
    add("rpm", wire(make_rpm("alice")));
    add("spm", wire(make_spm("bob", "hi")));
    add("spm_empty_message", wire(make_spm("bob", "")));
    add("sma", wire(make_sma("good morning")));
    add("sma_empty_message", wire(make_sma("")));
    add("pc", wire(make_pc("eve")));
    add("error_ok", wire(make_error(error_code::ok)));
    add("error_pseudo_taken", wire(make_error(error_code::pseudo_taken)));
    add("error_out_of_capacity", wire(make_error(error_code::out_of_capacity)));
    add("error_unreachable", wire(make_error(error_code::unreachable)));
    add("error_refused", wire(make_error(error_code::refused)));
    add("utf8_of_every_length", wire(make_spm("z\u00e9\u20ac\U0001f419", "\U0001f419\u20ac\u00e9z")));
    add("nothing", {});
}

void add_streams(std::vector<seed>& seeds) {
    const bytes conversation = wire(make_cr("bob")) + wire(make_rpm("alice")) +
                               wire(make_spm("alice", "are you there?")) + wire(make_error(error_code::ok)) +
                               wire(make_sma("")) + wire(make_pc("alice"));
    seeds.push_back({"conversation_whole", planned(default_limits, split_whole, conversation)});
    seeds.push_back({"conversation_byte_by_byte", planned(default_limits, 1, conversation)});
    seeds.push_back({"conversation_in_sevens", planned(default_limits, 7, conversation)});
    seeds.push_back({"conversation_varied", planned(default_limits, split_varied, conversation)});
    seeds.push_back({"conversation_then_unknown_opcode",
                     planned(large_base_offset, split_varied, conversation + raw("GET / HTTP/1.1\r\n"sv))});
    seeds.push_back({"conversation_then_cut", planned(default_limits, 3, conversation + cut(wire(make_cr("bob")), 1))});
}

void add_malformed(std::vector<seed>& seeds) {
    const auto add = [&seeds](std::string name, std::string_view stream) {
        seeds.push_back({"malformed_" + std::move(name), planned(large_base_offset, split_whole, raw(stream))});
    };
    add("opcode_0", "\x00\x00\x03"
                    "bob"sv);
    add("opcode_7", "\x07\x00"sv);
    add("pseudo_size_0", "\x01\x00\x00"sv);
    add("pseudo_size_negative", "\x02\x80\x01z"sv);
    add("pseudo_size_over_limit", "\x05\x01\x00z"sv);
    add("message_size_negative", "\x04\xff\xff\xff\xffz"sv);
    add("message_size_over_limit", "\x03\x00\x01z\x00\x01\x00\x01m"sv);
    add("utf8_continuation_alone", "\x01\x00\x01\x80"sv);
    add("utf8_overlong", "\x01\x00\x02\xc0\xaf"sv);
    add("utf8_overlong_of_three", "\x01\x00\x03\xe0\x9f\xbf"sv);
    add("utf8_overlong_of_four", "\x04\x00\x00\x00\x04\xf0\x8f\xbf\xbf"sv);
    add("utf8_surrogate", "\x04\x00\x00\x00\x05zz\xed\xa0\x80"sv);
    add("utf8_above_last", "\x03\x00\x01z\x00\x00\x00\x04\xf4\x90\x80\x80"sv);
    add("utf8_cut_short", "\x01\x00\x04"
                          "bo\xe2\x82"sv);
    add("error_code_3", "\x06\x03"sv);
    add("error_code_255", "\x06\xff"sv);
    // A message of 195 bytes: the last byte of its size, C3, and its own first one would make a character.
    const std::string completed = std::string{"\x03\x00\x01z\x00\x00\x00\xc3\x80"sv}.append(194, 'x');
    seeds.push_back({"malformed_utf8_completes_its_size", planned(default_limits, split_varied, raw(completed))});
}

void add_incomplete(std::vector<seed>& seeds) {
    const bytes spm = wire(make_spm("bob", "hi"));
    const std::array<std::pair<std::string_view, std::size_t>, 6> places{{{"after_opcode", 1},
                                                                          {"in_pseudo_size", 2},
                                                                          {"in_pseudo", 5},
                                                                          {"after_pseudo", 6},
                                                                          {"in_message_size", 9},
                                                                          {"in_message", 11}}};
    for (const auto& [place, kept_bytes] : places) {
        seeds.push_back({"incomplete_" + std::string{place},
                         planned(default_limits, split_whole, cut(spm, spm.size() - kept_bytes))});
    }
    seeds.push_back({"incomplete_error", planned(default_limits, split_whole, raw("\x06"sv))});
}

void add_limits(std::vector<seed>& seeds) {
    const limits& tiny = limits_choices[tiny_limits];
    const std::string pseudo(tiny.pseudo_bytes_max, 'p');
    const std::string message(tiny.message_bytes_max, 'm');
    const std::string longer_pseudo = pseudo + 'p';
    const std::string longer_message = message + 'm';
    seeds.push_back({"limits_both_reached", planned(tiny_limits, 1, wire(make_spm(pseudo, message)))});
    seeds.push_back({"limits_pseudo_passed", planned(tiny_limits, 1, wire(make_spm(longer_pseudo, message)))});
    seeds.push_back({"limits_message_passed", planned(tiny_limits, 1, wire(make_spm(pseudo, longer_message)))});
    const std::string legal_pseudo(32, 'p');
    const std::string legal_message(1024, 'm');
    seeds.push_back({"limits_smallest_legal_reached",
                     planned(smallest_limits, split_varied, wire(make_spm(legal_pseudo, legal_message)))});
    seeds.push_back({"limits_above_signed_sizes", planned(limits_above_signed_sizes, 3, wire(make_cr("bob")))});
}

/// `number` in as many big-endian bytes as the table gives the size.
std::string size_value(std::uint64_t number, const part_layout& shape) {
    std::string value(shape.size_bytes, '\0');
    for (std::size_t index = value.size(); index-- > 0; number /= 256) {
        value[index] = static_cast<char>(static_cast<unsigned char>(number % 256));
    }
    return value;
}

}  // namespace

std::vector<seed> make_packet_seeds() {
    std::vector<seed> seeds;
    add_packets(seeds);
    add_streams(seeds);
    add_malformed(seeds);
    add_incomplete(seeds);
    add_limits(seeds);
    return seeds;
}

std::string make_packet_dictionary() {
    std::string text = "# Tokens of ChatOS packets, written by fuzz_write_seeds from the table of packets.\n";
    for (const packet_layout& row : packet_table) {
        const std::string opcode_text(1, static_cast<char>(row.op));
        const part_layout& shape = layout_of(row.parts()[0]);
        const std::string name{row.name};
        if (shape.size_bytes == 0) {
            for (unsigned char code = 0; code <= 6; ++code) {
                text += dictionary_line(name + "_" + std::to_string(code), opcode_text + static_cast<char>(code));
            }
        } else {
            text += dictionary_line(name + "_of_1_byte", opcode_text + size_value(1, shape) + "z");
            text += dictionary_line(name + "_of_0_bytes", opcode_text + size_value(0, shape));
        }
    }
    for (const part which : {part::pseudo, part::message}) {
        const part_layout& shape = layout_of(which);
        const std::uint64_t top_bit = std::uint64_t{1} << (shape.size_bytes * 8U - 1U);
        const std::uint64_t limit = limit_of(which, limits{});
        const std::uint64_t legal = limit_of(which, smallest_legal_limits);
        for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{5}, legal,
                                         legal + 1, limit, limit + 1, top_bit - 1, top_bit, top_bit * 2 - 1}) {
            text += dictionary_line(std::string{field_name(shape.size_field)} + "_" + std::to_string(size),
                                    size_value(size, shape));
        }
    }
    text += dictionary_line("utf8_2_bytes", "\u00e9");
    text += dictionary_line("utf8_3_bytes", "\u20ac");
    text += dictionary_line("utf8_4_bytes", "\U0001f419");
    text += dictionary_line("utf8_last", "\U0010ffff");
    text += dictionary_line("utf8_overlong_2", "\xc0\x80");
    text += dictionary_line("utf8_overlong_3", "\xe0\x9f\xbf");
    text += dictionary_line("utf8_overlong_4", "\xf0\x8f\xbf\xbf");
    text += dictionary_line("utf8_surrogate", "\xed\xa0\x80");
    text += dictionary_line("utf8_above_last", "\xf4\x90\x80\x80");
    text += dictionary_line("utf8_cut_short", "\xe2\x82");
    return text;
}

}  // namespace chatos::fuzz
