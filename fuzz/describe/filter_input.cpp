// Inputs of fuzz_filter: the text of a filter.
#include "base/utf8_text.hpp"
#include "describe/input_words.hpp"
#include "dump/filter/filter_error_text.hpp"
#include "dump/text/text_format.hpp"

#include <chatos/display.hpp>

namespace chatos::fuzz {

void add_filter_input(dump::output& out, input_bytes input) {
    const std::string_view text = base::as_text(input);
    const auto parsed = dump::filter::parse(text);
    if (const dump::filter_problem* const problem = std::get_if<dump::filter_problem>(&parsed)) {
        out.add(dump::filter_error_text(text, *problem));
        out.add('\n');
    } else {
        out.add("filter  ");
        dump::add_quoted(out, text);
        out.add("\nread as ");
        dump::add_quoted(out, std::get<dump::filter>(parsed).text());
        out.add('\n');
    }
    add_rows(out, input);
}

}  // namespace chatos::fuzz
