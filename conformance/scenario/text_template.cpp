#include "scenario/text_template.hpp"

namespace chatos::conformance {

std::optional<std::string> expand_template(std::string_view text,
                                           const std::function<std::optional<std::string>(std::string_view)>& value_of,
                                           const std::function<void(std::string)>& refuse) {
    std::string expanded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        const bool doubled = at + 1 < text.size() && text[at + 1] == character;
        if ((character == '{' || character == '}') && doubled) {
            expanded += character;
            ++at;
            continue;
        }
        if (character == '}') {
            refuse("unmatched }; write }} for a literal brace");
            return std::nullopt;
        }
        if (character != '{') {
            expanded += character;
            continue;
        }
        const std::size_t end = text.find('}', at);
        if (end == std::string_view::npos) {
            refuse("unclosed {; write {{ for a literal brace");
            return std::nullopt;
        }
        const std::string_view name = text.substr(at + 1, end - at - 1);
        const std::optional<std::string> value = value_of(name);
        if (!value) {
            refuse("{" + std::string{name} + "} is neither an actor, nor one of \"names\", nor {run}");
            return std::nullopt;
        }
        expanded += *value;
        at = end;
    }
    return expanded;
}

}  // namespace chatos::conformance
