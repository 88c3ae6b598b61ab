#include "filter/naive_filter.hpp"

#include "dump/filter/text_pattern.hpp"

#include <array>
#include <cstdlib>

namespace chatos::fuzz {

namespace {

/// What is written there, up to a space or a parenthesis; of a text with its quotes.
std::string_view piece_at(std::string_view text) {
    std::size_t end = 0;
    if (text.starts_with('"')) {
        for (end = 1; end < text.size() && text[end] != '"'; ++end) {
            end += text[end] == '\\' ? 1 : 0;
        }
        return text.substr(0, end + 1);
    }
    while (end < text.size() && text[end] != ' ' && text[end] != ')') {
        ++end;
    }
    return text.substr(0, end);
}

std::string character(unsigned long point) {
    std::string text;
    if (point < 0x80) {
        return {static_cast<char>(point)};
    }
    const int tails = point < 0x800 ? 1 : point < 0x1'0000 ? 2 : 3;
    constexpr std::array<unsigned, 4> heads{0, 0xC0, 0xE0, 0xF0};
    text += static_cast<char>(heads[static_cast<std::size_t>(tails)] | (point >> (6 * tails)));
    for (int tail = tails - 1; tail >= 0; --tail) {
        text += static_cast<char>(0x80U | ((point >> (6 * tail)) & 0x3FU));
    }
    return text;
}

std::string meaning_of(std::string_view quoted) {
    std::string meaning;
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    for (std::size_t at = 0; at < inside.size(); ++at) {
        if (inside[at] != '\\') {
            meaning += inside[at];
            continue;
        }
        const char kind = inside[++at];
        if (kind == 'x') {
            meaning += static_cast<char>(std::strtoul(std::string{inside.substr(at + 1, 2)}.c_str(), nullptr, 16));
            at += 2;
        } else if (kind == 'u') {
            const std::size_t close = inside.find('}', at);
            meaning += character(std::strtoul(std::string{inside.substr(at + 2, close - at - 2)}.c_str(), nullptr, 16));
            at = close;
        } else {
            meaning += kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind == 't' ? '\t' : kind;
        }
    }
    return meaning;
}

/// Nanoseconds as a number of text: `-1.25` is -1250000000.
std::string nanoseconds_of(std::string_view seconds) {
    const std::size_t point = std::min(seconds.find('.'), seconds.size());
    std::string fraction{point == seconds.size() ? std::string_view{} : seconds.substr(point + 1)};
    fraction.resize(9, '0');
    std::string all = std::string{seconds.substr(0, point)} + fraction;
    const bool is_negative = all.starts_with('-');
    all.erase(0, is_negative ? 1 : 0);
    all.erase(0, std::min(all.find_first_not_of('0'), all.size() - 1));
    return (is_negative && all != "0" ? "-" : "") + all;
}

/// -1, 0 or 1, of numbers without zeros in front.
int compare_numbers(std::string_view left, std::string_view right) {
    const bool left_is_negative = left.starts_with('-');
    if (left_is_negative != right.starts_with('-')) {
        return left_is_negative ? -1 : 1;
    }
    const int by_size = left.size() < right.size() ? -1 : left.size() > right.size() ? 1 : left.compare(right);
    const int sign = by_size < 0 ? -1 : by_size > 0 ? 1 : 0;
    return left_is_negative ? -sign : sign;
}

bool fits(int order, std::string_view which) {
    return which == "=="   ? order == 0
           : which == "!=" ? order != 0
           : which == "<"  ? order < 0
           : which == "<=" ? order <= 0
           : which == ">"  ? order > 0
                           : order >= 0;
}

bool end_fits(const plain_fields& fields, const std::string& name, std::string_view which, std::string_view value) {
    const std::string& address = fields.at(name);
    const std::string& port = fields.at(name + " port");
    const bool is_long = address.find(':') != std::string::npos;
    const std::string shown = is_long ? '[' + address + ']' : address;
    if (which == "~") {
        return dump::text_pattern{value.substr(1, value.size() - 2)}.is_in(shown + ':' + port);
    }
    if (which == "contains") {
        return (shown + ':' + port).find(meaning_of(value)) != std::string::npos;
    }
    const bool is_same = value == shown || value == shown + ':' + port || value == ':' + port;
    return is_same == (which == "==");
}

class reader {
public:
    reader(std::string_view text, const plain_fields& fields) : remaining_{text}, fields_{fields} {}

    std::optional<bool> read() {
        const bool value = either();
        return is_broken_ || !remaining_.empty() ? std::nullopt : std::optional{value};
    }

private:
    bool take(std::string_view token) {
        const bool is_there = remaining_.starts_with(token);
        remaining_.remove_prefix(is_there ? token.size() : 0);
        return is_there;
    }

    bool either() {
        bool value = both();
        while (take(" || ")) {
            const bool other = both();
            value = value || other;
        }
        return value;
    }

    bool both() {
        bool value = term();
        while (take(" && ")) {
            const bool other = term();
            value = value && other;
        }
        return value;
    }

    bool term() {
        if (take("!")) {
            return !term();
        }
        if (take("(")) {
            const bool value = either();
            is_broken_ |= !take(")");
            return value;
        }
        return test();
    }

    bool test() {
        const std::string name{piece_at(remaining_)};
        remaining_.remove_prefix(name.size());
        is_broken_ |= name.empty();
        const bool is_there = fields_.contains(name);
        for (const std::string_view which : {"==", "!=", "<=", ">=", "<", ">", "~", "contains"}) {
            if (take(' ' + std::string{which} + ' ')) {
                const std::string_view value = piece_at(remaining_);
                remaining_.remove_prefix(value.size());
                is_broken_ |= value.empty();
                return is_there && !is_broken_ && compares(name, which, value);
            }
        }
        return is_there;
    }

    bool compares(const std::string& name, std::string_view which, std::string_view value) const {
        if (name == "src" || name == "dst") {
            return end_fits(fields_, name, which, value);
        }
        const std::string& actual = fields_.find(name)->second;
        if (name == "pseudo" || name == "message") {
            if (which == "~") {
                return dump::text_pattern{value.substr(1, value.size() - 2)}.is_in(actual);
            }
            return which == "contains" ? actual.find(meaning_of(value)) != std::string::npos
                                       : fits(actual.compare(meaning_of(value)), which);
        }
        if (name == "time") {
            return fits(compare_numbers(actual, nanoseconds_of(value)), which);
        }
        const bool is_word = name == "type" || name == "packet" || name == "event" || name == "dir";
        return is_word ? fits(actual.compare(value), which) : fits(compare_numbers(actual, value), which);
    }

    std::string_view remaining_;
    const plain_fields& fields_;
    bool is_broken_{false};
};

}  // namespace

std::optional<bool> naive_accepts(std::string_view text, const plain_fields& fields) {
    return reader{text, fields}.read();
}

std::vector<std::string> naive_texts(std::string_view text) {
    std::vector<std::string> texts;
    for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at)) {
        const std::string_view quoted = piece_at(text.substr(at));
        const bool is_pattern = at >= 2 && text[at - 2] == '~';
        texts.push_back(is_pattern ? std::string{quoted.substr(1, quoted.size() - 2)} : meaning_of(quoted));
        at += quoted.size();
    }
    return texts;
}

}  // namespace chatos::fuzz
