// Inputs of the harnesses of captures.
#include "capture/capture_properties.hpp"
#include "describe/input_words.hpp"

#include <algorithm>

namespace chatos::fuzz {

void add_capture_input(dump::output& out, input_bytes input) {
    if (input.empty()) {
        out.add("no file: the input is empty\n");
        return;
    }
    out.add("file    ");
    out.add(count_of_bytes(input.size() - 1));
    out.add(", also read in pieces of ");
    out.add(count_of_bytes(1 + std::to_integer<std::size_t>(input[0])));
    out.add('\n');
    add_rows(out, input.subspan(1));
}

void add_link_input(dump::output& out, input_bytes input) {
    if (input.empty()) {
        out.add("no frames: the input is empty\n");
        return;
    }
    out.add("frames  of link type ");
    out.add_number(chosen_link_type(input[0]));
    out.add((input[0] & std::byte{0x80}) != std::byte{0} ? ", checksums verified\n" : "\n");
    input = input.subspan(1);
    while (input.size() >= 2) {
        const std::size_t size = std::min(std::to_integer<std::size_t>(input[0]), input.size() - 2);
        const std::size_t cut = std::min(std::to_integer<std::size_t>(input[1]), size);
        out.add("frame   ");
        out.add(count_of_bytes(size));
        if (cut != 0) {
            out.add(", of which the last ");
            out.add_number(cut);
            out.add(" were not captured");
        }
        out.add('\n');
        add_rows(out, input.subspan(2, size - cut));
        input = input.subspan(2 + size);
    }
}

void add_reassembly_input(dump::output& out, input_bytes input) {
    if (input.empty()) {
        out.add("no stream: the input is empty\n");
        return;
    }
    const std::size_t script_bytes = std::min(std::to_integer<std::size_t>(input[0]), input.size() - 1);
    const unsigned flags = script_bytes == 0 ? 0 : std::to_integer<unsigned>(input[1]);
    out.add("network ");
    out.add((flags & 2U) != 0 ? "without the handshake" : "with the handshake");
    out.add((flags & 1U) != 0 ? ", one segment is lost" : "");
    out.add("; its script\n");
    add_rows(out, input.subspan(1, script_bytes));
    out.add("stream  ");
    out.add(count_of_bytes(input.size() - 1 - script_bytes));
    out.add('\n');
    add_rows(out, input.subspan(1 + script_bytes));
}

}  // namespace chatos::fuzz
