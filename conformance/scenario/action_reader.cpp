#include "scenario/action_reader.hpp"

#include "rules/rule.hpp"
#include "scenario/dialogue_reader.hpp"
#include "scenario/identifiers.hpp"
#include "scenario/raw_bytes.hpp"
#include "scenario/text_template.hpp"

#include <chatos/layout.hpp>

#include <re2/re2.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

constexpr std::int64_t times_max = 1'000'000;
constexpr std::int64_t offset_max = 1'000'000'000;
/// Bounds what a few bytes of a scenario may expand to on the wire.
constexpr std::int64_t text_bytes_max = 16'777'216;
constexpr std::int64_t window_max_ms = 1'000'000'000;

std::optional<opcode> read_packet_name(const json_place& place) {
    const auto name = place.as_string();
    if (!name) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    for (const packet_layout& row : packet_table) {
        if (row.name == *name) {
            return row.op;
        }
        names.emplace_back(row.name);
    }
    place.refuse("unknown packet \"" + *name + "\"; expected " + quoted_choices(names));
    return std::nullopt;
}

/// A key that the packet has no field for is refused by name, which says more than "unknown key".
template <typename Read>
void read_part(object_reader& reader, opcode op, part part, std::string_view key, bool required, const Read& read) {
    if (!has_part(op, part)) {
        if (const auto place = reader.find(key)) {
            place->refuse("a packet " + std::string{packet_name(op)} + " has no " + std::string{key});
        }
        return;
    }
    if (const auto place = required ? reader.require(key) : reader.find(key)) {
        read(*place);
    }
}

text_source read_repeat(const json_place& place, const scenario& scenario) {
    object_reader reader{place};
    text_source source;
    if (const auto repeat = reader.require("repeat")) {
        source.text = repeat->as_string().value_or("");
        check_text(*repeat, source.text, scenario);
        if (repeat->is(json_kind::string) && source.text.empty()) {
            repeat->refuse("expected at least one character");
        }
    }
    if (const auto times = reader.require("times")) {
        source.times = static_cast<unsigned>(times->as_integer(1, times_max).value_or(1));
    }
    const auto bytes = static_cast<std::int64_t>(source.text.size()) * source.times;
    if (bytes > text_bytes_max) {
        place.refuse("expected at most " + std::to_string(text_bytes_max) + " bytes when repeated, found " +
                     std::to_string(bytes));
    }
    reader.finish();
    return source;
}

std::vector<byte_edit> read_edits(const json_place& place) {
    std::vector<byte_edit> edits;
    for (const json_place& item : place.as_array(1)) {
        object_reader reader{item};
        byte_edit edit;
        if (const auto at = reader.require("at")) {
            edit.at = static_cast<std::size_t>(at->as_integer(0, text_bytes_max).value_or(0));
        }
        if (const auto hex = reader.require("hex")) {
            const auto digits = hex->as_string();
            const auto bytes = digits ? parse_hex(*digits) : std::nullopt;
            if (digits && !bytes) {
                hex->refuse("expected pairs of hex digits");
            }
            edit.bytes = bytes.value_or(std::vector<std::byte>{});
        }
        reader.finish();
        edits.push_back(std::move(edit));
    }
    return edits;
}

raw_source read_raw(const json_place& place, const scenario& scenario) {
    const auto text = place.as_string();
    if (!text) {
        return {};
    }
    auto parsed = parse_raw_bytes(*text);
    if (const auto* error = std::get_if<std::string>(&parsed)) {
        place.refuse(*error);
        return {};
    }
    for (const raw_atom& atom : std::get<raw_source>(parsed).atoms) {
        if (const auto* quoted = std::get_if<std::string>(&atom)) {
            check_text(place, *quoted, scenario);
        }
    }
    return std::get<raw_source>(std::move(parsed));
}

void read_unit(const json_place& place, const scenario& scenario, send_action& action) {
    object_reader reader{place};
    if (const auto raw = reader.find("raw")) {
        action.units.emplace_back(read_raw(*raw, scenario));
        reader.finish();
        return;
    }
    const auto name = reader.require("packet");
    const auto op = name ? read_packet_name(*name) : std::nullopt;
    if (!op) {
        reader.allow({"pseudo", "message", "code", "edit"});
        reader.finish();
        return;
    }
    packet_source packet;
    packet.op = *op;
    read_part(reader, *op, part::pseudo, "pseudo", true,
              [&](const json_place& at) { packet.pseudo = read_text(at, scenario); });
    read_part(reader, *op, part::message, "message", true,
              [&](const json_place& at) { packet.message = read_text(at, scenario); });
    read_part(reader, *op, part::error_code, "code", true, [&](const json_place& at) {
        packet.code = static_cast<std::uint8_t>(at.as_integer(0, 255).value_or(0));
    });
    if (const auto edit = reader.find("edit")) {
        packet.edits = read_edits(*edit);
    }
    reader.finish();
    action.units.emplace_back(std::move(packet));
}

void read_split(const json_place& place, send_action& action) {
    if (place.is(json_kind::string)) {
        action.split = split_mode::every_byte;
        if (place.value().string != "bytes") {
            place.refuse("expected \"bytes\" or a list of offsets");
        }
        return;
    }
    action.split = split_mode::at_offsets;
    std::int64_t last = 0;
    for (const json_place& item : place.as_array(1)) {
        const auto offset = item.as_integer(1, offset_max);
        if (offset && *offset <= last) {
            item.refuse("offsets must increase");
        }
        last = offset.value_or(last);
        action.split_offsets.push_back(static_cast<std::size_t>(last));
    }
}

std::string read_binding(const json_place& place) {
    const auto name = place.as_string();
    if (name && !is_name(*name)) {
        place.refuse(
            "\"" + *name +
            "\" is not a valid name; expected a lower-case letter, then letters, digits and -, at most 12 bytes");
    }
    return name.value_or("");
}

text_pattern read_text_pattern(const json_place& place, const scenario& scenario) {
    using kind = text_pattern::kind;
    if (!place.is(json_kind::object) || place.value().find("repeat") != nullptr) {
        return {kind::literal, read_text(place, scenario), ""};
    }
    object_reader reader{place};
    text_pattern pattern;
    if (const auto any = reader.find("any")) {
        if (const auto value = any->as_boolean(); value && !*value) {
            any->refuse("expected true");
        }
    } else if (const auto regex = reader.find("regex")) {
        pattern.mode = kind::regex;
        pattern.text.text = regex->as_string().value_or("");
        if (const re2::RE2 compiled{pattern.text.text, re2::RE2::Quiet}; !compiled.ok()) {
            regex->refuse("invalid regular expression (RE2): " + compiled.error());
        }
    } else if (const auto bind = reader.find("bind")) {
        pattern.mode = kind::bind;
        pattern.name = read_binding(*bind);
    } else if (const auto same = reader.find("same")) {
        pattern.mode = kind::same;
        pattern.name = read_binding(*same);
    } else {
        reader.allow({"repeat", "times"});
        reader.finish();
        place.refuse("expected a string or an object with one of \"repeat\", \"any\", \"regex\", \"bind\", \"same\"");
        return pattern;
    }
    reader.finish();
    return pattern;
}

std::uint8_t read_code(const json_place& place) {
    return static_cast<std::uint8_t>(place.as_integer(0, 255).value_or(0));
}

code_pattern read_code_pattern(const json_place& place) {
    using kind = code_pattern::kind;
    if (!place.is(json_kind::object)) {
        return {kind::in, {read_code(place)}};
    }
    object_reader reader{place};
    code_pattern pattern;
    if (const auto any = reader.find("any")) {
        if (const auto value = any->as_boolean(); value && !*value) {
            any->refuse("expected true");
        }
    } else if (const auto other = reader.find("not")) {
        pattern = {kind::not_in, {read_code(*other)}};
    } else if (const auto in = reader.find("in")) {
        pattern.mode = kind::in;
        for (const json_place& item : in->as_array(1)) {
            pattern.codes.push_back(read_code(item));
        }
    } else {
        reader.finish();
        place.refuse("expected a code or an object with one of \"any\", \"not\", \"in\"");
        return pattern;
    }
    reader.finish();
    return pattern;
}

packet_pattern read_packet_pattern(const json_place& place, const scenario& scenario) {
    object_reader reader{place};
    packet_pattern pattern;
    const auto name = reader.require("packet");
    const auto op = name ? read_packet_name(*name) : std::nullopt;
    if (!op) {
        reader.allow({"pseudo", "message", "code"});
        reader.finish();
        return pattern;
    }
    pattern.op = *op;
    read_part(reader, *op, part::pseudo, "pseudo", false,
              [&](const json_place& at) { pattern.pseudo = read_text_pattern(at, scenario); });
    read_part(reader, *op, part::message, "message", false,
              [&](const json_place& at) { pattern.message = read_text_pattern(at, scenario); });
    read_part(reader, *op, part::error_code, "code", false,
              [&](const json_place& at) { pattern.code = read_code_pattern(at); });
    reader.finish();
    return pattern;
}

closed_pattern read_closed(const json_place& place) {
    using kind = closed_pattern::kind;
    const auto how = place.as_string();
    if (how && *how != "fin" && *how != "reset" && *how != "any") {
        place.refuse("expected \"fin\", \"reset\" or \"any\"");
    }
    return {how == "fin" ? kind::fin : how == "reset" ? kind::reset : kind::any};
}

bool starts_with_event(const std::vector<step>& steps) {
    const auto* expect = steps.empty() ? nullptr : std::get_if<expect_action>(&steps.front().action);
    return expect != nullptr && !expect->optional &&
           (std::holds_alternative<packet_pattern>(expect->event) ||
            std::holds_alternative<closed_pattern>(expect->event));
}

alternative read_alternative(const json_place& place, const nested_step_reader& read_nested) {
    object_reader reader{place};
    alternative result;
    if (const auto name = reader.require("name")) {
        result.name = name->as_string().value_or("");
        if (name->is(json_kind::string) && !is_label(result.name)) {
            name->refuse("\"" + result.name +
                         "\" is not a valid alternative name; expected lower-case words and digits joined by -");
        }
    }
    if (const auto steps = reader.require("steps")) {
        for (const json_place& item : steps->as_array(1)) {
            read_nested(item, result.steps);
        }
        if (!starts_with_event(result.steps)) {
            steps->refuse(
                "the first step of an alternative must expect a packet or a close, so that the first event tells "
                "which alternative it is");
        }
    }
    reader.finish();
    return result;
}

one_of_pattern read_one_of(const json_place& place, const std::optional<json_place>& choice, const scenario& scenario,
                           const nested_step_reader& read_nested) {
    one_of_pattern pattern;
    for (const json_place& item : place.as_array(2)) {
        pattern.alternatives.push_back(read_alternative(item, read_nested));
    }
    if (choice) {
        pattern.choice = choice->as_string().value_or("");
        const rule* rule = find_rule(pattern.choice);
        if (rule == nullptr) {
            choice->refuse(unknown_rule(pattern.choice));
        } else if (std::find(scenario.rules.begin(), scenario.rules.end(), pattern.choice) == scenario.rules.end()) {
            choice->refuse("the choice " + pattern.choice + " must be among the scenario's \"rules\"");
        }
    }
    return pattern;
}

event_pattern read_event(const json_place& place, const scenario& scenario, const nested_step_reader& read_nested) {
    object_reader reader{place};
    if (reader.has("packet")) {
        return read_packet_pattern(place, scenario);
    }
    if (reader.has("screen")) {
        return read_screen(place, scenario);
    }
    event_pattern pattern;
    if (const auto closed = reader.find("closed")) {
        pattern = read_closed(*closed);
    } else if (const auto exit = reader.find("exit")) {
        pattern = read_exit(*exit, scenario);
    } else if (const auto silence = reader.find("silence_ms")) {
        pattern = silence_pattern{std::chrono::milliseconds{silence->as_integer(1, window_max_ms).value_or(1)}};
    } else if (const auto unordered = reader.find("unordered")) {
        unordered_pattern packets;
        for (const json_place& item : unordered->as_array(2)) {
            packets.packets.push_back(read_packet_pattern(item, scenario));
        }
        pattern = std::move(packets);
    } else if (const auto one_of = reader.find("one_of")) {
        pattern = read_one_of(*one_of, reader.find("choice"), scenario, read_nested);
    } else if (const auto bytes = reader.find("bytes")) {
        pattern = bytes_pattern{read_send(*bytes, std::nullopt, scenario).units};
    } else if (place.is(json_kind::object)) {
        reader.allow({"packet", "screen", "choice", "pseudo", "message", "code", "text", "if_known"});
        reader.finish();
        place.refuse("expected one of \"packet\", \"closed\", \"screen\", \"exit\", \"silence_ms\", \"unordered\", "
                     "\"one_of\", \"bytes\"");
        return pattern;
    }
    reader.finish();
    return pattern;
}

}  // namespace

void check_text(const json_place& place, const std::string& text, const scenario& scenario) {
    const auto is_known = [&](std::string_view name) -> std::optional<std::string> {
        const auto among = [&](const std::vector<std::string>& names) {
            return std::find(names.begin(), names.end(), name) != names.end();
        };
        return name == "run" || among(scenario.actors) || among(scenario.names) ? std::optional{std::string{}}
                                                                                : std::nullopt;
    };
    (void)expand_template(text, is_known, [&](std::string message) { place.refuse(std::move(message)); });
}

text_source read_text(const json_place& place, const scenario& scenario) {
    if (place.is(json_kind::object)) {
        return read_repeat(place, scenario);
    }
    const auto text = place.as_string();
    if (text) {
        check_text(place, *text, scenario);
    }
    return {text.value_or(""), 1};
}

send_action read_send(const json_place& place, const std::optional<json_place>& split, const scenario& scenario) {
    send_action action;
    if (place.is(json_kind::array)) {
        for (const json_place& item : place.as_array(1)) {
            read_unit(item, scenario, action);
        }
    } else {
        read_unit(place, scenario, action);
    }
    if (split) {
        read_split(*split, action);
    }
    return action;
}

close_action read_close(const json_place& place) {
    const auto how = place.as_string();
    if (how && *how != "fin" && *how != "full" && *how != "reset") {
        place.refuse("expected \"fin\", \"full\" or \"reset\"");
    }
    return {how == "full" ? close_how::full : how == "reset" ? close_how::reset : close_how::fin};
}

expect_action read_expect(const json_place& place, const std::optional<json_place>& optional,
                          const std::optional<json_place>& within, const scenario& scenario,
                          const nested_step_reader& read_nested) {
    expect_action action;
    action.event = read_event(place, scenario, read_nested);
    if (optional) {
        action.optional = optional->as_boolean().value_or(false);
        const bool single = std::holds_alternative<packet_pattern>(action.event) ||
                            std::holds_alternative<closed_pattern>(action.event);
        if (action.optional && !single) {
            optional->refuse("only an expect of a packet or a close can be optional");
        }
    }
    if (within) {
        action.within = std::chrono::milliseconds{within->as_integer(1, window_max_ms).value_or(1)};
    }
    return action;
}

}  // namespace chatos::conformance
