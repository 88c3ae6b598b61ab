#include "runner/matching.hpp"

#include "runner/unit_bytes.hpp"

#include <chatos/layout.hpp>

#include <re2/re2.h>

#include <algorithm>

namespace chatos::conformance {
namespace {

bool text_matches(const text_pattern& pattern, const std::string& text, const pseudonyms& names,
                  const bindings& bound) {
    using kind = text_pattern::kind;
    switch (pattern.mode) {
    case kind::anything:
    case kind::bind: return true;
    case kind::literal: return text == names.expand(pattern.text);
    case kind::regex: return re2::RE2::FullMatch(text, pattern.text.text);
    case kind::same: {
        const auto position = bound.find(pattern.name);
        return position != bound.end() && position->second == text;
    }
    }
    return false;
}

bool code_matches(const code_pattern& pattern, error_code code) {
    const bool listed =
        std::find(pattern.codes.begin(), pattern.codes.end(), static_cast<std::uint8_t>(code)) != pattern.codes.end();
    return pattern.mode == code_pattern::kind::anything || (pattern.mode == code_pattern::kind::in) == listed;
}

std::string describe_text(const text_pattern& pattern, const pseudonyms& names) {
    using kind = text_pattern::kind;
    switch (pattern.mode) {
    case kind::anything: return "any";
    case kind::literal: return quoted_excerpt(names.expand(pattern.text));
    case kind::regex: return "matching " + quoted_excerpt(pattern.text.text);
    case kind::bind: return "any, kept as " + pattern.name;
    case kind::same: return "the same as " + pattern.name;
    }
    return "";
}

std::string describe_code(const code_pattern& pattern) {
    if (pattern.mode == code_pattern::kind::anything) {
        return "with any code";
    }
    std::string shown = pattern.mode == code_pattern::kind::not_in ? "with a code other than" : "";
    for (std::size_t index = 0; index < pattern.codes.size(); ++index) {
        shown += index == 0 ? (shown.empty() ? "" : " ") : " or ";
        shown += std::to_string(pattern.codes[index]) + ' ';
        shown += error_code_name(static_cast<error_code>(pattern.codes[index]));
    }
    return shown;
}

std::string describe_packet(const packet_pattern& pattern, const pseudonyms& names) {
    std::string shown{packet_name(pattern.op)};
    for (const part which : layout_of(pattern.op).parts()) {
        switch (which) {
        case part::pseudo: shown += " pseudo=" + describe_text(pattern.pseudo, names); break;
        case part::message: shown += " message=" + describe_text(pattern.message, names); break;
        case part::error_code: shown += ' ' + describe_code(pattern.code); break;
        }
    }
    return shown;
}

struct description {
    const pseudonyms& names;

    std::string operator()(const packet_pattern& pattern) const { return describe_packet(pattern, names); }
    std::string operator()(const closed_pattern& pattern) const {
        using kind = closed_pattern::kind;
        return pattern.how == kind::fin     ? "the connection closed by FIN"
               : pattern.how == kind::reset ? "the connection reset"
                                            : "the connection closed";
    }
    std::string operator()(const silence_pattern& pattern) const {
        return "nothing for " + std::to_string(pattern.window.count()) + " ms";
    }
    std::string operator()(const bytes_pattern& pattern) const {
        const std::vector<std::byte> bytes = bytes_of({pattern.units, split_mode::whole, {}}, names).bytes;
        return "bytes " + quoted_excerpt({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    std::string operator()(const screen_pattern& pattern) const {
        std::string shown = "on its screen " + pattern.shows;
        shown += pattern.pseudo.text.empty() ? "" : " of " + quoted_excerpt(names.expand(pattern.pseudo));
        return shown + (pattern.text.text.empty() ? "" : ' ' + quoted_excerpt(names.expand(pattern.text)));
    }
    std::string operator()(const exit_pattern& pattern) const {
        return "its own end" + (pattern.reason == "any" ? std::string{} : " (" + pattern.reason + ")");
    }
    std::string operator()(const unordered_pattern& pattern) const {
        std::string shown = "in any order: ";
        for (std::size_t index = 0; index < pattern.packets.size(); ++index) {
            shown += (index == 0 ? "" : "; ") + describe_packet(pattern.packets[index], names);
        }
        return shown;
    }
    std::string operator()(const one_of_pattern& pattern) const {
        std::string shown;
        for (const alternative& alternative : pattern.alternatives) {
            const auto& first = std::get<expect_action>(alternative.steps.front().action);
            shown +=
                (shown.empty() ? "either " : ", or ") + describe(first.event, names) + " (" + alternative.name + ")";
        }
        return shown;
    }
};

}  // namespace

bool matches(const packet_pattern& pattern, const received_event& event, const pseudonyms& names, bindings& bound) {
    const received_packet& packet = event.packet;
    if (event.type != received_event::kind::packet || packet.op != pattern.op ||
        !text_matches(pattern.pseudo, packet.pseudo, names, bound) ||
        !text_matches(pattern.message, packet.message, names, bound) || !code_matches(pattern.code, packet.code)) {
        return false;
    }
    if (pattern.pseudo.mode == text_pattern::kind::bind) {
        bound[pattern.pseudo.name] = packet.pseudo;
    }
    if (pattern.message.mode == text_pattern::kind::bind) {
        bound[pattern.message.name] = packet.message;
    }
    return true;
}

bool matches(const closed_pattern& pattern, const received_event& event) noexcept {
    using kind = closed_pattern::kind;
    const bool fin = event.type == received_event::kind::fin && is_whole_end(event);
    const bool reset = event.type == received_event::kind::reset;
    return (fin && pattern.how != kind::reset) || (reset && pattern.how != kind::fin);
}

std::string describe(const event_pattern& pattern, const pseudonyms& names) {
    return std::visit(description{names}, pattern);
}

}  // namespace chatos::conformance
