#include "seeds/word_dictionary.hpp"

namespace chatos::fuzz {

std::string word_dictionary(std::string_view what, const std::set<std::string>& words) {
    std::string text = "# " + std::string{what} + '\n';
    for (const std::string& word : words) {
        text += '"';
        for (const char letter : word) {
            text += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
        }
        text += "\"\n";
    }
    return text;
}

}  // namespace chatos::fuzz
