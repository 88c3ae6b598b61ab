#include "simulation/operation.hpp"

#include <array>
#include <charconv>

namespace chatos::core::simulation {

namespace {

constexpr std::array<std::string_view, kind_count> kind_names{
    "join",      "claim",        "ask",           "write",     "write_unasked", "broadcast",    "offer",
    "burst",     "answer",       "stray",         "malformed", "unfinished",    "end",          "reset",
    "reads_all", "reads_slowly", "reads_nothing", "read_some", "answers_all",   "answers_told", "linger",
    "wait",      "oversleep",    "drain",         "shortage"};

std::string_view take_word(std::string_view& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
        text = {};
        return {};
    }
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

template <typename Number>
bool read_number(std::string_view digits, Number& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size();
}

bool read_field(std::string_view word, operation& operation) {
    const std::size_t sign = word.find('=');
    if (sign == std::string_view::npos) {
        return false;
    }
    const std::string_view name = word.substr(0, sign);
    const std::string_view digits = word.substr(sign + 1);
    if (name == "actor") {
        return read_number(digits, operation.actor);
    }
    if (name == "pseudo") {
        return read_number(digits, operation.pseudo);
    }
    if (name == "amount") {
        return read_number(digits, operation.amount);
    }
    if (name == "fragment") {
        return read_number(digits, operation.fragment);
    }
    if (name == "hold") {
        return read_number(digits, operation.hold);
    }
    if (name == "code") {
        return read_number(digits, operation.code) && operation.code <= 5 && operation.code != 3;
    }
    if (name == "turn" && digits == "0") {
        operation.turn = false;
        return true;
    }
    return false;
}

std::string describe(const operation& operation) {
    const std::string name = "user" + std::to_string(operation.pseudo);
    const std::string amount = std::to_string(operation.amount);
    const std::string code = std::to_string(operation.code);
    switch (operation.kind) {
    case operation_kind::join:
        return "joins as " + name +
               (operation.code == 1   ? ", to answer only on demand"
                : operation.code == 2 ? ", never to answer"
                                      : "");
    case operation_kind::claim: return "sends CR " + name;
    case operation_kind::ask: return "sends RPM " + name;
    case operation_kind::write: return "sends RPM " + name + " and an SPM of " + amount + " bytes";
    case operation_kind::write_unasked: return "sends an SPM of " + amount + " bytes to " + name + " without asking";
    case operation_kind::broadcast: return "sends an SMA of " + amount + " bytes";
    case operation_kind::offer: return "sends PC " + name;
    case operation_kind::burst: return "sends " + amount + " times RPM " + name;
    case operation_kind::answer: return "answers " + amount + " deliveries with " + code;
    case operation_kind::stray: return "sends ERROR " + code + " though it owes no answer";
    case operation_kind::malformed: return "sends malformed bytes, kind " + amount;
    case operation_kind::unfinished: return "sends the first " + amount + " bytes of an SMA and no more";
    case operation_kind::end:
        return (operation.amount == 0 ? "" : "sends " + amount + " times RPM " + name + " and ") +
               "closes its sending side" + (operation.code == 1 ? ", which the core learns at once" : "");
    case operation_kind::reset: return "breaks its connection";
    case operation_kind::reads_all: return "reads everything from now on";
    case operation_kind::reads_slowly: return "reads " + amount + " bytes at a time from now on";
    case operation_kind::reads_nothing: return "reads nothing from now on";
    case operation_kind::read_some: return "reads " + amount + " bytes once";
    case operation_kind::answers_all: return "answers everything with " + code + " from now on";
    case operation_kind::answers_told: return "answers only on demand from now on";
    case operation_kind::linger: return "does not close when the server does";
    case operation_kind::wait: return "the clock: " + amount + " ms pass";
    case operation_kind::oversleep: return "the clock: " + amount + " ms pass while the driver sleeps";
    case operation_kind::drain: return "the server begins to drain";
    case operation_kind::shortage: return "memory is short, and during the next " + amount + " operations";
    }
    return {};
}

}  // namespace

std::string text_of(const operation& operation) {
    std::string text{kind_names[static_cast<std::size_t>(operation.kind)]};
    const auto add = [&text](std::string_view name, std::uint32_t value) {
        if (value != 0) {
            text.append(" ").append(name).append("=").append(std::to_string(value));
        }
    };
    add("actor", operation.actor);
    add("pseudo", operation.pseudo);
    add("amount", operation.amount);
    add("code", operation.code);
    add("fragment", operation.fragment);
    add("hold", operation.hold);
    return operation.turn ? text : text + " turn=0";
}

std::optional<operation> operation_from(std::string_view text) {
    const std::string_view name = take_word(text);
    operation operation{};
    std::uint8_t number = 0;
    while (number < kind_count && kind_names[number] != name) {
        ++number;
    }
    if (number == kind_count) {
        return std::nullopt;
    }
    operation.kind = static_cast<operation_kind>(number);
    for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
        if (!read_field(word, operation)) {
            return std::nullopt;
        }
    }
    return operation;
}

std::string in_words(const operation& operation) {
    std::string words = describe(operation);
    if (operation.kind < operation_kind::wait) {
        words = "actor " + std::to_string(operation.actor) + " " + words;
    }
    if (operation.fragment != 0) {
        words += ", in fragments of " + std::to_string(operation.fragment);
    }
    if (operation.hold != 0) {
        words += ", " + std::to_string(operation.hold) + " of them now";
    }
    return operation.turn ? words : words + "; in the same turn:";
}

}  // namespace chatos::core::simulation
