// chatos-dump -Y: which records are shown. tools/dump/README.md has the grammar.
#pragma once

#include "dump/filter/filter_field.hpp"
#include "dump/filter/filter_value.hpp"
#include "dump/record/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chatos::dump {

/// Where and why a text is not a valid filter.
struct filter_problem {
    std::size_t position{0};  ///< byte of the text; its size where something is missing at the end
    std::size_t size{0};      ///< of the offending text, at least 1
    std::string expected{};   ///< what the grammar allows there; may quote the text

    friend bool operator==(const filter_problem&, const filter_problem&) = default;
};

/// What a filter examines. Properties that a record lacks are null, empty or absent.
struct filter_subject {
    stream_position at;
    const packet_view* packet{nullptr};
    std::string_view event{};  ///< its name; empty for a packet
    std::uint64_t size{0};     ///< a packet's length, an event's bytes
};

enum class filter_node_kind : std::uint8_t { comparison, negation, both, either };

/// A part of a filter. Operands precede the parts that use them.
struct filter_node {
    filter_node_kind kind{filter_node_kind::comparison};
    filter_field name{filter_field::type};
    filter_operator which{filter_operator::is_present};
    filter_value value{};
    std::uint32_t left{0};   ///< place of the first operand, or the only one
    std::uint32_t right{0};  ///< place of the second one

    friend bool operator==(const filter_node&, const filter_node&) = default;
};

class filter {
public:
    static constexpr std::size_t text_bytes_max = 4'096;
    static constexpr std::size_t nesting_max = 64;
    static constexpr std::size_t patterns_max = 16;

    [[nodiscard]] static std::variant<filter, filter_problem> parse(std::string_view text);

    /// Allocates nothing (RE2 fills its caches). A comparison with a field that the record lacks is false.
    [[nodiscard]] bool accepts(const filter_subject& subject) const { return accepts(nodes_.size() - 1, subject); }
    /// The filter in its one canonical spelling, which parses to the same filter.
    [[nodiscard]] std::string text() const { return text_of(nodes_.size() - 1); }

    friend bool operator==(const filter&, const filter&) = default;

private:
    explicit filter(std::vector<filter_node> nodes) : nodes_{std::move(nodes)} {}
    [[nodiscard]] bool accepts(std::size_t node, const filter_subject& subject) const;
    [[nodiscard]] std::string text_of(std::size_t node) const;

    std::vector<filter_node> nodes_;  // the last one is the whole
};

}  // namespace chatos::dump
