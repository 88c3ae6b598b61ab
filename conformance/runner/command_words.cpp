#include "runner/command_words.hpp"

namespace chatos::conformance {

std::vector<std::string> filled_in(std::vector<std::string> words, word_values values) {
    for (std::string& word : words) {
        for (const auto& [name, value] : values) {
            for (std::size_t at = word.find(name); at != std::string::npos; at = word.find(name, at + value.size())) {
                word.replace(at, name.size(), value);
            }
        }
    }
    return words;
}

}  // namespace chatos::conformance
