#include "scenario/load_properties.hpp"

#include "base/shown_text.hpp"
#include "json/json_value.hpp"
#include "runner/matching.hpp"
#include "runner/unit_bytes.hpp"
#include "scenario/check_invariants.hpp"

#include <algorithm>
#include <charconv>

namespace chatos::fuzz {

namespace {

using conformance::json_kind;
using conformance::json_value;

/// ~1 is /, ~0 is ~.
std::string plain_token(std::string_view token) {
    std::string plain;
    for (std::size_t at = 0; at < token.size(); ++at) {
        const bool is_escape = token[at] == '~' && at + 1 < token.size();
        plain += is_escape ? (token[++at] == '1' ? '/' : '~') : token[at];
    }
    return plain;
}

/// The value at a JSON pointer, or nullptr.
const json_value* value_at(const json_value& document, std::string_view pointer) {
    const json_value* value = &document;
    while (value != nullptr && !pointer.empty()) {
        const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
        const std::string token = plain_token(pointer.substr(1, end - 1));
        pointer.remove_prefix(end);
        if (value->kind == json_kind::array) {
            std::size_t index = 0;
            const auto [stop, error] = std::from_chars(token.data(), token.data() + token.size(), index);
            const bool is_index = error == std::errc{} && stop == token.data() + token.size();
            value = is_index && index < value->items.size() ? &value->items[index] : nullptr;
        } else {
            value = value->find(token);
        }
    }
    return value;
}

verdict check_syntax_error(const conformance::problem& problem, std::string_view text) {
    constexpr std::string_view start = "column ";
    std::size_t column = 0;
    const char* last = problem.message.data() + problem.message.size();
    if (problem.message.starts_with(start)) {
        (void)std::from_chars(problem.message.data() + start.size(), last, column);
    }
    std::string_view line = text;
    for (unsigned number = 1; number < problem.line; ++number) {
        line.remove_prefix(std::min(line.find('\n'), line.size() - 1) + 1);
    }
    line = line.substr(0, line.find('\n'));
    // The end of a line has a column, too, and so has the end of the text.
    const bool is_there = problem.pointer.empty() && column >= 1 && column <= line.size() + 1;
    return is_there ? verdict{} : failure{"places", "no such column: " + problem.text()};
}

/// What the scenario says, as far as it can be told in a few words.
std::string summary_of(const std::vector<conformance::step>& steps) {
    const conformance::pseudonyms names{"f"};
    std::string text;
    for (const conformance::step& step : steps) {
        text += std::to_string(step.actor) + step.rule + step.note + step.pointer + std::to_string(step.action.index());
        for (const std::size_t before : step.after) {
            text += ',' + std::to_string(before);
        }
        if (const auto* send = std::get_if<conformance::send_action>(&step.action)) {
            const conformance::outgoing result = conformance::bytes_of(*send, names);
            text.append(reinterpret_cast<const char*>(result.bytes.data()), result.bytes.size());
            text += std::to_string(result.write_ends.size());
        } else if (const auto* tell = std::get_if<conformance::stdin_action>(&step.action)) {
            text += tell->command + names.expand(tell->pseudo) + ' ' + names.expand(tell->text) +
                    (tell->if_known ? "?" : "");
        } else if (const auto* expect = std::get_if<conformance::expect_action>(&step.action)) {
            text += describe(expect->event, names) + (expect->optional ? "?" : "");
            text += expect->within ? std::to_string(expect->within->count()) : "";
        }
    }
    return text;
}

bool is_same(const conformance::scenario& left, const conformance::scenario& right) {
    return left.id == right.id && left.role == right.role && left.title == right.title && left.rules == right.rules &&
           left.kills == right.kills && left.needs == right.needs && left.control == right.control &&
           left.actors == right.actors && left.names == right.names && left.unexpected == right.unexpected &&
           left.closing_fence == right.closing_fence && summary_of(left.steps) == summary_of(right.steps);
}

std::uint64_t size_of(const conformance::text_source& text) {
    return std::uint64_t{text.text.size()} * text.times;
}

std::uint64_t size_of(const conformance::packet_source& packet) {
    std::uint64_t size = size_of(packet.pseudo) + size_of(packet.message);
    for (const conformance::byte_edit& edit : packet.edits) {
        size = std::max<std::uint64_t>(size, edit.at + edit.bytes.size());
    }
    return size;
}

std::uint64_t size_of(const conformance::raw_source& raw) {
    return raw.atoms.size();
}

std::uint64_t size_of(const conformance::event_pattern& event);

std::uint64_t size_of(const std::vector<conformance::step>& steps) {
    std::uint64_t size = 0;
    for (const conformance::step& step : steps) {
        if (const auto* send = std::get_if<conformance::send_action>(&step.action)) {
            for (const auto& unit : send->units) {
                size += std::visit([](const auto& each) { return size_of(each); }, unit);
            }
        } else if (const auto* tell = std::get_if<conformance::stdin_action>(&step.action)) {
            size += size_of(tell->pseudo) + size_of(tell->text);
        } else if (const auto* expect = std::get_if<conformance::expect_action>(&step.action)) {
            size += size_of(expect->event);
        }
    }
    return size;
}

std::uint64_t size_of(const conformance::packet_pattern& packet) {
    return size_of(packet.pseudo.text) + size_of(packet.message.text);
}

std::uint64_t size_of(const conformance::event_pattern& event) {
    std::uint64_t size = 0;
    if (const auto* packet = std::get_if<conformance::packet_pattern>(&event)) {
        size = size_of(*packet);
    } else if (const auto* screen = std::get_if<conformance::screen_pattern>(&event)) {
        size = size_of(screen->pseudo) + size_of(screen->text);
    } else if (const auto* unordered = std::get_if<conformance::unordered_pattern>(&event)) {
        for (const conformance::packet_pattern& pattern : unordered->packets) {
            size += size_of(pattern);
        }
    } else if (const auto* one_of = std::get_if<conformance::one_of_pattern>(&event)) {
        for (const conformance::alternative& alternative : one_of->alternatives) {
            size += size_of(alternative.steps);
        }
    }
    return size;
}

}  // namespace

verdict check_places(const std::vector<conformance::problem>& problems, std::string_view text) {
    constexpr std::size_t problems_max = 20;
    if (problems.empty() || problems.size() > problems_max) {
        return failure{"places", std::to_string(problems.size()) + " problems"};
    }
    const auto parsed = conformance::parse_json(text);
    const auto* document = std::get_if<json_value>(&parsed);
    const auto lines = static_cast<unsigned>(std::ranges::count(text, '\n')) + 1;
    for (const conformance::problem& problem : problems) {
        const std::string shown = base::printable(problem.text());
        if (problem.file != source_name || problem.line < 1 || problem.line > lines) {
            return failure{"places", "no such line: " + shown};
        }
        if (problem.message.empty() || !is_printable(shown)) {
            return failure{"places", "no words that can be shown: " + shown};
        }
        if (document == nullptr) {
            if (verdict broken = check_syntax_error(problem, text)) {
                return broken;
            }
            continue;
        }
        const json_value* value = value_at(*document, problem.pointer);
        if (value == nullptr || value->line != problem.line) {
            return failure{"places", "no such value on this line: " + shown};
        }
    }
    return {};
}

verdict check_same(const loaded_scenario& first, const loaded_scenario& second) {
    const auto* left = std::get_if<conformance::scenario>(&first);
    const auto* right = std::get_if<conformance::scenario>(&second);
    bool same = (left == nullptr) == (right == nullptr);
    if (same && left != nullptr) {
        same = is_same(*left, *right);
    } else if (same) {
        same = std::ranges::equal(std::get<1>(first), std::get<1>(second), {}, &conformance::problem::text,
                                  &conformance::problem::text);
    }
    return same ? verdict{} : failure{"same", "two loads of a text give different things"};
}

verdict check_memory(std::uint64_t bytes_asked_for, std::size_t text_bytes, std::size_t regexes) {
    if (bytes_asked_for <= load_bytes_max(text_bytes, regexes)) {
        return {};
    }
    return failure{"memory", std::to_string(text_bytes) + " bytes of text made the loader ask for " +
                                 std::to_string(bytes_asked_for) + " bytes"};
}

std::uint64_t bytes_to_handle(const conformance::scenario& scenario) {
    return size_of(scenario.steps);
}

}  // namespace chatos::fuzz
