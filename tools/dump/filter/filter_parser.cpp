// From a text to a filter, by recursive descent: a function for each rule of the grammar.
#include "dump/filter/filter.hpp"
#include "dump/filter/filter_token.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace chatos::dump {

namespace {

std::string field_names() {
    std::string names;
    for (std::size_t index = 0; index < filter_field_count; ++index) {
        const bool is_last = index + 1 == filter_field_count;
        names += (index == 0 ? ""
                  : is_last  ? " or "
                             : ", ") +
                 std::string{filter_field_name(static_cast<filter_field>(index))};
    }
    return names;
}

class parser {
public:
    explicit parser(std::string_view text) : text_{text}, token_{next_filter_token(text, 0)} {}

    std::variant<std::vector<filter_node>, filter_problem> parse() {
        if (text_.size() > filter::text_bytes_max) {
            return filter_problem{filter::text_bytes_max, 1,
                                  "no more than " + std::to_string(filter::text_bytes_max) + " bytes"};
        }
        if (read_either() && token_.kind != token_kind::end) {
            fail_at_token("'&&', '||' or the end");
        }
        if (problem_) {
            return *std::move(problem_);
        }
        return std::move(nodes_);
    }

private:
    void advance() noexcept { token_ = next_filter_token(text_, token_.position + token_.text.size()); }

    bool take(std::string_view symbol, std::string_view word) noexcept {
        if (!token_.is(symbol) && !token_.is(word)) {
            return false;
        }
        advance();
        return true;
    }

    bool fail(std::size_t position, std::size_t size, std::string expected) {
        problem_ = filter_problem{position, std::max<std::size_t>(size, 1), std::move(expected)};
        return false;
    }

    bool fail_at_token(std::string expected) {
        if (token_.kind == token_kind::broken && token_.text.starts_with('"')) {
            expected = "a closing quote (\") for the text that begins here";
        }
        return fail(token_.position, token_.text.size(), std::move(expected));
    }

    void add(filter_node_kind kind, std::size_t left, std::size_t right) {
        nodes_.push_back(
            {.kind = kind, .left = static_cast<std::uint32_t>(left), .right = static_cast<std::uint32_t>(right)});
    }

    /// both { "||" both }
    bool read_either() {
        if (!read_both()) {
            return false;
        }
        while (take("||", "or")) {
            const std::size_t left = nodes_.size() - 1;
            if (!read_both()) {
                return false;
            }
            add(filter_node_kind::either, left, nodes_.size() - 1);
        }
        return true;
    }

    /// term { "&&" term }
    bool read_both() {
        if (!read_term()) {
            return false;
        }
        while (take("&&", "and")) {
            const std::size_t left = nodes_.size() - 1;
            if (!read_term()) {
                return false;
            }
            add(filter_node_kind::both, left, nodes_.size() - 1);
        }
        return true;
    }

    /// "!" term | "(" either ")" | comparison
    bool read_term() {
        const bool is_negation = token_.is("!") || token_.is("not");
        if (!is_negation && !token_.is("(")) {
            return read_comparison();
        }
        if (nesting_ == filter::nesting_max) {
            return fail_at_token("no more than " + std::to_string(filter::nesting_max) + " '!' and '(' within others");
        }
        ++nesting_;
        advance();
        const bool is_read = is_negation ? read_term() : read_either();
        --nesting_;
        if (!is_read) {
            return false;
        }
        if (is_negation) {
            add(filter_node_kind::negation, nodes_.size() - 1, 0);
            return true;
        }
        return take(")", ")") || fail_at_token("'&&', '||' or ')'");
    }

    /// field [ operator value ]
    bool read_comparison() {
        const std::optional<filter_field> name =
            token_.kind == token_kind::word ? find_filter_field(token_.text) : std::nullopt;
        if (!name) {
            return fail_at_token("a field (" + field_names() + "), '!' or '('");
        }
        advance();
        const std::optional<filter_operator> which =
            token_.kind == token_kind::word || token_.kind == token_kind::symbol ? find_filter_operator(token_.text)
                                                                                 : std::nullopt;
        const value_kind kind = value_kind_of(*name);
        const auto operators = [&] { return std::string{operators_of(kind)}; };
        if (!which) {
            const bool is_paged = token_.kind == token_kind::end || token_.is("&&") || token_.is("||") ||
                                  token_.is("and") || token_.is("or") || token_.is(")");
            if (!is_paged) {
                return fail_at_token("an operator (" + operators() + "), '&&', '||' or the end");
            }
            nodes_.push_back({.name = *name});
            return true;
        }
        if (!has_operator(kind, *which)) {
            return fail_at_token("an operator that " + std::string{filter_field_name(*name)} + " has: " + operators());
        }
        advance();
        return read_value(*name, *which);
    }

    bool read_value(filter_field name, filter_operator which) {
        const bool is_quoted = token_.kind == token_kind::quoted;
        std::string_view text = token_.text;
        if (is_quoted) {
            text = text.substr(1, text.size() - 2);
        } else if (token_.kind != token_kind::word) {
            text = {};
        }
        auto read = read_filter_value(name, which, {text, is_quoted});
        if (value_problem* const problem = std::get_if<value_problem>(&read)) {
            return token_.kind == token_kind::broken || problem->size == 0
                       ? fail_at_token(std::move(problem->expected))
                       : fail(token_.position + (is_quoted ? 1 : 0) + problem->position, problem->size,
                              std::move(problem->expected));
        }
        patterns_ += which == filter_operator::matches ? 1 : 0;
        if (patterns_ > filter::patterns_max) {
            return fail_at_token("no more than " + std::to_string(filter::patterns_max) + " regular expressions");
        }
        nodes_.push_back({.name = name, .which = which, .value = std::get<filter_value>(std::move(read))});
        advance();
        return true;
    }

    std::string_view text_;
    filter_token token_;
    std::vector<filter_node> nodes_;
    std::size_t nesting_{0};
    std::size_t patterns_{0};
    std::optional<filter_problem> problem_;
};

}  // namespace

std::variant<filter, filter_problem> filter::parse(std::string_view text) {
    std::variant<std::vector<filter_node>, filter_problem> parsed = parser{text}.parse();
    if (filter_problem* const problem = std::get_if<filter_problem>(&parsed)) {
        return std::move(*problem);
    }
    return filter{std::get<std::vector<filter_node>>(std::move(parsed))};
}

}  // namespace chatos::dump
