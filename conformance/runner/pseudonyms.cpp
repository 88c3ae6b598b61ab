#include "runner/pseudonyms.hpp"

#include "scenario/text_template.hpp"

#include <cassert>
#include <random>

namespace chatos::conformance {

std::string pseudonyms::pseudo_of(std::string_view name) const {
    return std::string{name} + '-' + run_;
}

std::string pseudonyms::expand(const text_source& source) const {
    const auto value_of = [&](std::string_view name) -> std::optional<std::string> {
        return name == "run" ? run_ : pseudo_of(name);
    };
    const auto once = expand_template(source.text, value_of, [](const std::string& /*problem*/) {});
    assert(once.has_value());
    std::string all;
    all.reserve(once->size() * source.times);
    for (unsigned time = 0; time < source.times; ++time) {
        all += *once;
    }
    return all;
}

std::string random_run_tag() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device source;
    std::string tag;
    for (int count = 0; count < 4; ++count) {
        tag += letters[source() % letters.size()];
    }
    return tag;
}

}  // namespace chatos::conformance
