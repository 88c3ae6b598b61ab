// What was measured, once, for people and for programs: each figure has a key, a label and a kind that decides how it
// looks in either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::bench {

enum class figure_kind : std::uint8_t {
    count,         ///< a whole number
    per_second,    ///< a rate
    nanoseconds,   ///< people see a unit that fits
    microseconds,  ///< of one delivery, with fractions
    byte_count,    ///< people see KiB or MiB where that fits
    share,         ///< of one processor, 1 is all of it; people see per cent
    text,
};

struct figure {
    std::string key;    ///< ends in its unit: "_ns", "_us", "_bytes", "_per_second"
    std::string label;  ///< empty: for programs alone
    figure_kind kind;
    std::variant<std::uint64_t, double, std::string> value;
};

class report {
public:
    void add(std::string key, std::string label, figure_kind kind, std::uint64_t value) {
        figures_.push_back({std::move(key), std::move(label), kind, value});
    }
    void add(std::string key, std::string label, figure_kind kind, double value) {
        figures_.push_back({std::move(key), std::move(label), kind, value});
    }
    void add_text(std::string key, std::string label, std::string value) {
        figures_.push_back({std::move(key), std::move(label), figure_kind::text, std::move(value)});
    }

    /// A line per figure that has a label.
    [[nodiscard]] std::string as_table() const;
    /// One JSON object on one line.
    [[nodiscard]] std::string as_json() const;

private:
    std::vector<figure> figures_;
};

/// "950 ns", "12.3 us", "4.56 ms", "7.89 s".
[[nodiscard]] std::string readable_time(std::uint64_t nanoseconds);

}  // namespace chatos::bench
