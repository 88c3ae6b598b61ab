#include "filter/filter_properties.hpp"

#include "dump/filter/filter_error_text.hpp"
#include "filter/known_records.hpp"
#include "filter/naive_filter.hpp"

#include <chatos/utf8.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::fuzz {

namespace {

constexpr std::size_t text_bytes_max = 512;

bool is_printable(std::string_view text) {
    return is_utf8(text) && std::ranges::none_of(text, [](char letter) {
               const auto byte = static_cast<unsigned char>(letter);
               return byte < 0x20 || byte == 0x7F;
           });
}

verdict check_refusal(std::string_view text, const dump::filter_problem& problem) {
    if (problem.position > text.size() || problem.size == 0 || problem.expected.empty() ||
        (problem.position < text.size() && problem.position + problem.size > text.size())) {
        return failure{"place", "at " + std::to_string(problem.position) + ", " + std::to_string(problem.size) +
                                    " bytes of " + std::to_string(text.size()) + ": " + problem.expected};
    }
    std::string said = dump::filter_error_text(text, problem);
    if (std::ranges::count(said, '\n') != 2 || said.find('^') == std::string::npos) {
        return failure{"place", "no three lines with a mark: " + said};
    }
    std::ranges::replace(said, '\n', ' ');
    if (!is_printable(said)) {
        return failure{"place", "what is said cannot be shown"};
    }
    return {};
}

verdict check_on(const dump::filter& accepted, const std::string& printed, const known_record& record) {
    const std::optional<bool> naive = naive_accepts(printed, record.fields);
    if (!naive) {
        return failure{"canonical", "the naive reading cannot read " + printed};
    }
    if (*naive != accepted.accepts(record.subject)) {
        return failure{"evaluation", printed + (*naive ? " should accept" : " should not accept") + " the record of " +
                                         record.fields.at("type") + " at " + record.fields.at("offset")};
    }
    return {};
}

}  // namespace

verdict check_filter(std::span<const std::byte> input) {
    const std::string_view text{reinterpret_cast<const char*>(input.data()), input.size()};
    if (text.size() > text_bytes_max) {
        return {};
    }
    const auto parsed = dump::filter::parse(text);
    if (const dump::filter_problem* const problem = std::get_if<dump::filter_problem>(&parsed)) {
        return check_refusal(text, *problem);
    }
    const dump::filter& accepted = std::get<dump::filter>(parsed);
    const std::string printed = accepted.text();
    const auto again = dump::filter::parse(printed);
    if (again != parsed || std::get<dump::filter>(again).text() != printed) {
        return failure{"canonical", "what is printed is read as something else: " + printed};
    }
    for (const known_record& record : known_records()) {
        if (verdict broken = check_on(accepted, printed, record)) {
            return broken;
        }
    }
    // Records that have what the filter names.
    const std::vector<std::string> texts = naive_texts(printed);
    for (std::size_t index = 0; index < texts.size(); ++index) {
        known_record record;
        fill_message(record, texts[index], texts[(index + 1) % texts.size()]);
        if (verdict broken = check_on(accepted, printed, record)) {
            return broken;
        }
    }
    return {};
}

}  // namespace chatos::fuzz
