#include "vector_cases.hpp"

#include "packet_space.hpp"

#include <cstdint>
#include <string_view>

namespace chatos::vectors {
namespace {

using testing::byte_string;
using testing::declared_text;
using testing::error_packet;
using testing::mixed_text;
using testing::packet_of;
using testing::operator+;  // NOLINT(misc-unused-using-decls): two are added below

constexpr limits small_limits{.pseudo_bytes_max = 8, .message_bytes_max = 16};

struct named_text {
    std::string_view name;
    std::string_view text;
};

constexpr named_text well_formed_texts[] = {
    {"ascii", "bob"},
    {"one_byte", "b"},
    {"spaces_and_marks", " \"\\/\t\n"},
    {"nul", std::string_view{"a\0b", 3}},
    {"delete", "\x7F"},
    {"two_bytes_a_character", "\u00e9"},
    {"three_bytes_a_character", "\u20ac"},
    {"four_bytes_a_character", "\U0001f419"},
    {"one_to_four_bytes_a_character", "z\u00e9\u20ac\U0001f419"},
    {"first_of_two_bytes", "\u0080"},
    {"last_of_two_bytes", "\u07ff"},
    {"first_of_three_bytes", "\u0800"},
    {"last_before_surrogates", "\ud7ff"},
    {"first_behind_surrogates", "\ue000"},
    {"byte_order_mark", "\ufeff"},
    {"last_of_three_bytes", "\uffff"},
    {"first_of_four_bytes", "\U00010000"},
    {"last_of_all", "\U0010ffff"},
    {"not_normalised", "e\u0301"},
    {"right_to_left_override", "\u202e"},
};

/// Each is ill-formed at its third byte, so that an offset that is not the sequence's first byte shows.
constexpr named_text ill_formed_texts[] = {
    {"continuation_alone_first", "ab\x80"},
    {"continuation_alone_last", "ab\xBF"},
    {"overlong_of_two_bytes", "ab\xC0\x80"},
    {"overlong_of_two_bytes_last", "ab\xC1\xBF"},
    {"overlong_of_three_bytes", "ab\xE0\x80\x80"},
    {"overlong_of_three_bytes_last", "ab\xE0\x9F\xBF"},
    {"overlong_of_four_bytes", "ab\xF0\x80\x80\x80"},
    {"overlong_of_four_bytes_last", "ab\xF0\x8F\xBF\xBF"},
    {"surrogate_first", "ab\xED\xA0\x80"},
    {"surrogate_last", "ab\xED\xBF\xBF"},
    {"surrogate_pair", "ab\xED\xA0\xBD\xED\xB0\x99"},
    {"above_U_10FFFF", "ab\xF4\x90\x80\x80"},
    {"first_byte_F5", "ab\xF5\x80\x80\x80"},
    {"five_bytes", "ab\xF8\x88\x80\x80\x80"},
    {"byte_FE", "ab\xFE"},
    {"byte_FF", "ab\xFF"},
    {"two_bytes_cut_short_by_the_end", "ab\xC3"},
    {"three_bytes_cut_short_by_the_end", "ab\xE2\x82"},
    {"four_bytes_cut_short_by_the_end", "ab\xF0\x9F\x90"},
    {"three_bytes_cut_short_by_ascii", "ab\xE2\x82z"},
    {"three_bytes_cut_short_by_a_first_byte", "ab\xE2\xC3\xA9"},
    {"one_continuation_too_many", "\u00e9\x80"},
};

/// The packet that has `text` in the place in question, whatever its other parts are.
using packet_maker = byte_string (*)(const declared_text& text);

byte_string cut(byte_string bytes, std::size_t count) {
    bytes.resize(bytes.size() - count);
    return bytes;
}

declared_text whole(std::string_view text) {
    return {text.size(), text};
}

/// Texts that are right and texts that are wrong, in the string that `make` fills.
void add_texts(std::vector<vector_case>& cases, const std::string& prefix, packet_maker make) {
    for (const named_text& text : well_formed_texts) {
        cases.push_back({prefix + "_" + std::string{text.name}, make(whole(text.text))});
    }
    for (const named_text& text : ill_formed_texts) {
        cases.push_back({prefix + "_ill_formed_" + std::string{text.name}, make(whole(text.text))});
    }
    // Judged when the string is complete, not before (WIRE-8).
    cases.push_back({prefix + "_ill_formed_but_unfinished", make({6, "ab\xFF"})});
}

struct size_case {
    std::string_view name;
    std::uint64_t size;
};

/// Sizes that are refused as soon as they have been read, with nothing after them (WIRE-9, WIRE-11, WIRE-14).
void add_sizes(std::vector<vector_case>& cases, const std::string& prefix, packet_maker make,
               std::initializer_list<size_case> sizes) {
    for (const size_case& tested : sizes) {
        cases.push_back({prefix + "_size_" + std::string{tested.name}, make({tested.size, ""})});
    }
}

void add_pseudo_cases(std::vector<vector_case>& cases, packet_maker make) {
    add_texts(cases, "pseudo", make);
    add_sizes(cases, "pseudo", make,
              {{"0", 0},
               {"256_over_the_limit", 256},
               {"32767_over_the_limit", 32'767},
               {"32768_negative", 32'768},
               {"65535_negative", 65'535},
               {"255_unfinished", 255}});
    cases.push_back({"pseudo_of_32_bytes_that_all_must_accept", make(whole(mixed_text(32)))});
    cases.push_back({"pseudo_of_255_bytes", make(whole(mixed_text(255)))});
    cases.push_back({"pseudo_at_a_limit_of_8", make(whole(mixed_text(8))), small_limits});
    cases.push_back({"pseudo_over_a_limit_of_8", make(whole(mixed_text(9))), small_limits});
    cases.push_back({"pseudo_size_is_big_endian_not_little", make({0x0100, "a"}), {.pseudo_bytes_max = 256}});
}

void add_message_cases(std::vector<vector_case>& cases, packet_maker make) {
    add_texts(cases, "message", make);
    cases.push_back({"message_of_0_bytes", make(whole(""))});
    add_sizes(cases, "message", make,
              {{"65536_unfinished", 65'536},
               {"65537_over_the_limit", 65'537},
               {"2147483647_over_the_limit", 2'147'483'647},
               {"2147483648_negative", 2'147'483'648},
               {"4294967295_negative", 4'294'967'295}});
    cases.push_back({"message_of_1024_bytes_that_all_must_accept", make(whole(mixed_text(1'024)))});
    cases.push_back({"message_at_a_limit_of_16", make(whole(mixed_text(16))), small_limits});
    cases.push_back({"message_over_a_limit_of_16", make(whole(mixed_text(17))), small_limits});
    cases.push_back({"message_size_is_big_endian_not_little", make({0x0100, "a"})});
}

/// A packet without its last bytes, each number of them; and with another packet after it.
void add_cuts(std::vector<vector_case>& cases, const byte_string& packet) {
    for (std::size_t left = 1; left < packet.size(); ++left) {
        cases.push_back(
            {"first_" + std::to_string(left) + (left == 1 ? "_byte" : "_bytes"), cut(packet, packet.size() - left)});
    }
    cases.push_back({"another_packet_behind_it", packet + error_packet(0)});
    cases.push_back({"bytes_that_are_no_packet_behind_it", packet + byte_string{std::byte{0xFF}}});
}

template <unsigned Opcode>
byte_string with_pseudo(const declared_text& pseudo) {
    return packet_of(Opcode, pseudo, {2, "hi"});
}

template <unsigned Opcode>
byte_string with_message(const declared_text& message) {
    return packet_of(Opcode, {3, "bob"}, message);
}

template <unsigned Opcode>
vector_file pseudo_file(std::string file_name, std::string description) {
    vector_file file{std::move(file_name), std::move(description), {}};
    add_cuts(file.cases, with_pseudo<Opcode>({3, "bob"}));
    add_pseudo_cases(file.cases, with_pseudo<Opcode>);
    return file;
}

vector_file spm_file() {
    vector_file file{
        "spm.json", "SPM, send personal message: opcode 3, pseudo size, pseudo, message size, message.", {}};
    add_cuts(file.cases, with_message<3>({2, "hi"}));
    add_pseudo_cases(file.cases, with_pseudo<3>);
    add_message_cases(file.cases, with_message<3>);
    file.cases.push_back({"both_strings_ill_formed", packet_of(3, {1, "\xFF"}, {1, "\xFF"})});
    file.cases.push_back({"both_strings_at_small_limits", packet_of(3, mixed_text(8), mixed_text(16)), small_limits});
    file.cases.push_back({"a_character_split_between_pseudo_and_message", packet_of(3, {1, "\xC3"}, {1, "\xA9"})});
    return file;
}

vector_file sma_file() {
    vector_file file{"sma.json", "SMA, send message to all: opcode 4, message size, message.", {}};
    add_cuts(file.cases, with_message<4>({2, "hi"}));
    add_message_cases(file.cases, with_message<4>);
    return file;
}

vector_file error_file() {
    vector_file file{"error.json", "ERROR: opcode 6, error code.", {}};
    add_cuts(file.cases, error_packet(5));
    for (unsigned code = 0; code < 256; ++code) {
        file.cases.push_back({"code_" + std::to_string(code), error_packet(code)});
    }
    return file;
}

vector_file opcode_file() {
    vector_file file{"opcode.json", "No bytes at all, and first bytes that are no opcode.", {}};
    file.cases.push_back({"nothing", {}});
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        if (opcode < 1 || opcode > 6) {
            file.cases.push_back({"opcode_" + std::to_string(opcode), {static_cast<std::byte>(opcode)}});
        }
    }
    file.cases.push_back({"opcode_0_and_more", byte_string{std::byte{0}} + with_pseudo<1>({3, "bob"})});
    file.cases.push_back({"opcode_7_and_more", with_pseudo<7>({3, "bob"})});
    return file;
}

}  // namespace

std::vector<vector_file> make_vector_files() {
    return {
        pseudo_file<1>("cr.json", "CR, connection request: opcode 1, pseudo size, pseudo."),
        pseudo_file<2>("rpm.json", "RPM, request personal message: opcode 2, pseudo size, pseudo."),
        spm_file(),
        sma_file(),
        pseudo_file<5>("pc.json", "PC, private TCP connection: opcode 5, pseudo size, pseudo."),
        error_file(),
        opcode_file(),
    };
}

}  // namespace chatos::vectors
