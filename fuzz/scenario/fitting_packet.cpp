#include "scenario/fitting_packet.hpp"

#include "runner/pseudonyms.hpp"
#include "scenario/simulated_network.hpp"

#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <algorithm>
#include <string>

namespace chatos::fuzz {

namespace {

std::optional<std::string> text_that_fits(const conformance::text_pattern& pattern,
                                          const conformance::bindings& bound) {
    using kind = conformance::text_pattern::kind;
    switch (pattern.mode) {
    case kind::anything:
    case kind::bind: return "any";
    case kind::literal: return conformance::pseudonyms{std::string{run_name}}.expand(pattern.text);
    case kind::regex: return pattern.text.text;
    case kind::same: {
        const auto position = bound.find(pattern.name);
        return position == bound.end() ? std::nullopt : std::optional{position->second};
    }
    }
    return std::nullopt;
}

std::optional<error_code> code_that_fits(const conformance::code_pattern& pattern) {
    using kind = conformance::code_pattern::kind;
    for (const error_code code : {error_code::ok, error_code::pseudo_taken, error_code::out_of_capacity,
                                  error_code::unreachable, error_code::refused}) {
        const bool is_listed = std::ranges::find(pattern.codes, static_cast<std::uint8_t>(code)) != pattern.codes.end();
        if (pattern.mode == kind::anything || is_listed == (pattern.mode == kind::in)) {
            return code;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::byte>> packet_that_fits(const conformance::packet_pattern& pattern,
                                                       conformance::bindings& bound) {
    conformance::received_event event;
    event.packet.op = pattern.op;
    for (const part which : layout_of(pattern.op).parts()) {
        if (which == part::error_code) {
            const std::optional<error_code> code = code_that_fits(pattern.code);
            if (!code) {
                return std::nullopt;
            }
            event.packet.code = *code;
            continue;
        }
        const bool is_pseudo = which == part::pseudo;
        const std::optional<std::string> text = text_that_fits(is_pseudo ? pattern.pseudo : pattern.message, bound);
        if (!text) {
            return std::nullopt;
        }
        (is_pseudo ? event.packet.pseudo : event.packet.message) = *text;
    }
    if (!conformance::matches(pattern, event, conformance::pseudonyms{std::string{run_name}}, bound)) {
        return std::nullopt;
    }
    const packet_view packet{.op = event.packet.op,
                             .code = event.packet.code,
                             .pseudo = event.packet.pseudo,
                             .message = event.packet.message};
    std::vector<std::byte> wire(encoded_size(packet));
    return encode(packet, wire).status == encode_status::ok ? std::optional{wire} : std::nullopt;
}

}  // namespace chatos::fuzz
