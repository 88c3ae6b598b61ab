#include "dump/json_line.hpp"

#include "base/hex.hpp"
#include "naive_utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace chatos::fuzz {

namespace {

constexpr int objects_max = 4;

void append_utf8(std::string& text, std::uint32_t point) {
    const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xC0 | (point >> 6U));
        add(0x80 | (point & 0x3FU));
    } else if (point < 0x10000) {
        add(0xE0 | (point >> 12U));
        add(0x80 | ((point >> 6U) & 0x3FU));
        add(0x80 | (point & 0x3FU));
    } else {
        add(0xF0 | (point >> 18U));
        add(0x80 | ((point >> 12U) & 0x3FU));
        add(0x80 | ((point >> 6U) & 0x3FU));
        add(0x80 | (point & 0x3FU));
    }
}

class line_parser {
public:
    explicit line_parser(std::string_view line) : remaining_{line} {}

    std::optional<json_members> parse() {
        if (!object("", 1) || !remaining_.empty()) {
            return std::nullopt;
        }
        return std::move(members_);
    }

private:
    bool take(char wanted) {
        if (remaining_.empty() || remaining_.front() != wanted) {
            return false;
        }
        remaining_.remove_prefix(1);
        return true;
    }

    bool object(const std::string& name, int depth) {
        if (depth > objects_max || !take('{')) {
            return false;
        }
        if (take('}')) {
            return name.empty() || put(name, "{}");
        }
        do {
            std::string key;
            if (!string(key) || !take(':') || !value(name.empty() ? key : name + '.' + key, depth)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    bool value(const std::string& name, int depth) {
        if (remaining_.starts_with('{')) {
            return object(name, depth + 1);
        }
        if (remaining_.starts_with('"')) {
            std::string text;
            return string(text) && put(name, '"' + text);
        }
        const std::size_t end = std::min(remaining_.find_first_of(",}"), remaining_.size());
        const std::string_view word = remaining_.substr(0, end);
        remaining_.remove_prefix(end);
        const bool is_number = !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos &&
                               (word.size() == 1 || word.front() != '0');
        return (is_number || word == "true") && put(name, std::string{word});
    }

    bool put(const std::string& name, std::string value) {
        const bool is_there = std::ranges::any_of(members_, [&](const auto& m) { return m.first == name; });
        members_.emplace_back(name, std::move(value));
        return !is_there;
    }

    bool string(std::string& text) {
        if (!take('"')) {
            return false;
        }
        while (!remaining_.empty()) {
            const char letter = remaining_.front();
            remaining_.remove_prefix(1);
            if (letter == '"') {
                return true;
            }
            if (static_cast<unsigned char>(letter) < 0x20 || (letter == '\\' && !escape(text))) {
                return false;
            }
            if (letter != '\\') {
                text += letter;
            }
        }
        return false;
    }

    bool escape(std::string& text) {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char letter = remaining_.empty() ? '\0' : remaining_.front();
        remaining_.remove_prefix(remaining_.empty() ? 0 : 1);
        if (const std::size_t at = letters.find(letter); at != std::string_view::npos) {
            text += meanings[at];
            return true;
        }
        std::uint32_t unit = 0;
        if (letter != 'u' || !hex(unit) || (unit >= 0xDC00 && unit <= 0xDFFF)) {
            return false;
        }
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            std::uint32_t second = 0;
            if (!take('\\') || !take('u') || !hex(second) || second < 0xDC00 || second > 0xDFFF) {
                return false;
            }
            unit = 0x10000 + ((unit - 0xD800) << 10U) + (second - 0xDC00);
        }
        append_utf8(text, unit);
        return true;
    }

    bool hex(std::uint32_t& unit) {
        for (int index = 0; index < 4; ++index) {
            const std::optional<unsigned> digit =
                remaining_.empty() ? std::nullopt : base::hex_value(remaining_.front());
            if (!digit) {
                return false;
            }
            unit = unit * 16 + *digit;
            remaining_.remove_prefix(1);
        }
        return true;
    }

    std::string_view remaining_;
    json_members members_;
};

}  // namespace

std::optional<json_members> read_json_line(std::string_view line) {
    if (naive::first_ill_formed(reinterpret_cast<const unsigned char*>(line.data()), line.size()) != line.size()) {
        return std::nullopt;
    }
    return line_parser{line}.parse();
}

}  // namespace chatos::fuzz
