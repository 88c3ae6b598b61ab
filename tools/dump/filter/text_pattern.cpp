#include "dump/filter/text_pattern.hpp"

#include <re2/re2.h>

namespace chatos::dump {

namespace {

/// What RE2 may spend on one expression; beyond it, it gets slower, or says that the expression is too large.
constexpr std::int64_t memory_bytes_max = 1 << 20;

re2::RE2::Options options() {
    re2::RE2::Options result;
    result.set_log_errors(false);
    result.set_never_capture(true);
    result.set_max_mem(memory_bytes_max);
    return result;
}

}  // namespace

text_pattern::text_pattern(std::string_view expression)
    : compiled_{std::make_shared<const re2::RE2>(re2::StringPiece{expression.data(), expression.size()}, options())} {}

bool text_pattern::is_in(std::string_view text) const {
    return re2::RE2::PartialMatch({text.data(), text.size()}, *compiled_);
}

std::string text_pattern::problem() const {
    return compiled_->ok() ? std::string{} : compiled_->error();
}

const std::string& text_pattern::expression() const {
    return compiled_->pattern();
}

}  // namespace chatos::dump
