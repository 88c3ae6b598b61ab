#include "dump/ladder/ladder_text.hpp"

#include <string>

namespace chatos::dump {

void ladder_text::draw(const ladder_page& page) {
    if (page.rows.empty()) {
        return;
    }
    if (!has_begun_) {
        time_.start(page.first);
        has_begun_ = true;
    }
    std::string text;
    chart_.draw(text, chart_of(page, time_));
    out_.add(text);
}

}  // namespace chatos::dump
