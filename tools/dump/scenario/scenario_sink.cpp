#include "dump/scenario/scenario_sink.hpp"

#include "dump/scenario/scenario_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace chatos::dump {

void scenario_sink::capture_ended(captured_trace& capture) {
    planned result = plan_scenario(capture.trace);
    refusal_ = std::move(result.refusal);
    if (refusal_.empty()) {
        write_scenario(out_, result.plan, name_);
    }
}

std::optional<std::pair<std::string, std::uint64_t>> parse_need(std::string_view text) {
    constexpr std::array<std::string_view, 4> options{"capacity", "answer_timeout_ms", "pc_timeout_ms",
                                                      "login_timeout_ms"};
    constexpr std::uint64_t value_max = 1'000'000'000;
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string_view name = text.substr(0, equals);
    const std::string_view digits = text.substr(std::min(equals + 1, text.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
    if (std::find(options.begin(), options.end(), name) == options.end() || !is_number || value == 0 ||
        value > value_max) {
        return std::nullopt;
    }
    return std::pair{std::string{name}, value};
}

std::string scenario_id_of(const std::string& path) {
    constexpr std::size_t id_bytes_max = 80;
    const std::size_t slash = path.rfind('/');
    std::string_view name{path};
    name.remove_prefix(slash == std::string::npos ? 0 : slash + 1);
    name = name.substr(0, name.find(".pcap"));
    std::string id = "captured.";
    for (const char letter : name) {
        const bool is_capital = letter >= 'A' && letter <= 'Z';
        const bool is_word = is_capital || (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        if (is_word) {
            id += is_capital ? static_cast<char>(letter + ('a' - 'A')) : letter;
        } else if (id.back() != '.' && id.back() != '-') {
            id += letter == '.' ? '.' : '-';
        }
        if (id.size() == id_bytes_max) {
            break;
        }
    }
    while (id.back() == '.' || id.back() == '-') {
        id.pop_back();
    }
    return id;
}

}  // namespace chatos::dump
