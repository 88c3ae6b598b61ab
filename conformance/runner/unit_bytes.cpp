#include "runner/unit_bytes.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>
#include <span>

namespace chatos::conformance {
namespace {

constexpr std::size_t single_writes_max = 4'096;

void append(std::vector<std::byte>& bytes, std::string_view text) {
    for (const char character : text) {
        bytes.push_back(static_cast<std::byte>(character));
    }
}

void append_unit(std::vector<std::byte>& bytes, const packet_source& packet, const pseudonyms& names) {
    const std::size_t start = bytes.size();
    bytes.push_back(static_cast<std::byte>(packet.op));
    for (const part which : layout_of(packet.op).parts()) {
        if (which == part::error_code) {
            bytes.push_back(static_cast<std::byte>(packet.code));
            continue;
        }
        const std::string text = names.expand(which == part::pseudo ? packet.pseudo : packet.message);
        for (unsigned shift = layout_of(which).size_bytes * 8U; shift != 0;) {
            shift -= 8;
            bytes.push_back(static_cast<std::byte>(text.size() >> shift));
        }
        append(bytes, text);
    }
    for (const byte_edit& edit : packet.edits) {
        // An edit beyond the end would silently do nothing, so it grows the packet instead.
        bytes.resize(std::max(bytes.size(), start + edit.at + edit.bytes.size()));
        std::copy(edit.bytes.begin(), edit.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(start + edit.at));
    }
}

void append_unit(std::vector<std::byte>& bytes, const raw_source& raw, const pseudonyms& names) {
    for (const raw_atom& atom : raw.atoms) {
        if (const auto* literal = std::get_if<std::vector<std::byte>>(&atom)) {
            bytes.insert(bytes.end(), literal->begin(), literal->end());
        } else {
            append(bytes, names.expand({std::get<std::string>(atom), 1}));
        }
    }
}

/// Offsets 1 to size - 1; of what is longer than `single_max` only the beginning and the last 16 bytes go one by one.
std::vector<std::size_t> every_byte(std::size_t size, std::size_t single_max) {
    std::vector<std::size_t> ends;
    for (std::size_t end = 1; end < size; ++end) {
        if (end <= single_max || size - end <= 16) {
            ends.push_back(end);
        }
    }
    return ends;
}

/// Where packets end, as far as the bytes are packets.
void add_packet_ends(outgoing& data) {
    std::size_t at = 0;
    for (std::span<const std::byte> remaining{data.bytes}; !remaining.empty();) {
        const decode_result result = decode(remaining);
        if (result.status != decode_status::complete) {
            return;
        }
        at += result.consumed;
        data.write_ends.push_back(at);
        remaining = remaining.subspan(result.consumed);
    }
}

}  // namespace

outgoing bytes_of(const send_action& action, const pseudonyms& names, segmentation segment) {
    outgoing data;
    for (const auto& unit : action.units) {
        std::visit([&](const auto& part) { append_unit(data.bytes, part, names); }, unit);
    }
    const std::size_t size = data.bytes.size();
    std::vector<std::size_t>& ends = data.write_ends;
    if (action.split == split_mode::every_byte || segment == segmentation::bytes) {
        ends = every_byte(size, action.split == split_mode::every_byte ? size : single_writes_max);
    } else if (action.split == split_mode::at_offsets) {
        std::copy_if(action.split_offsets.begin(), action.split_offsets.end(), std::back_inserter(ends),
                     [&](std::size_t end) { return end < size; });
    }
    if (segment == segmentation::boundaries) {
        add_packet_ends(data);
    }
    ends.push_back(size);
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    return data;
}

std::vector<std::byte> only_bytes_of(const packet_pattern& pattern, const pseudonyms& names) {
    packet_source only;
    only.op = pattern.op;
    for (const part which : layout_of(pattern.op).parts()) {
        if (which == part::error_code) {
            if (pattern.code.mode != code_pattern::kind::in || pattern.code.codes.size() != 1) {
                return {};
            }
            only.code = pattern.code.codes.front();
            continue;
        }
        const text_pattern& text = which == part::pseudo ? pattern.pseudo : pattern.message;
        if (text.mode != text_pattern::kind::literal) {
            return {};
        }
        (which == part::pseudo ? only.pseudo : only.message) = text.text;
    }
    return bytes_of({{only}, split_mode::whole, {}}, names).bytes;
}

}  // namespace chatos::conformance
