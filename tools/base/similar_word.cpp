#include "base/similar_word.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace chatos::base {
namespace {

constexpr std::size_t word_bytes_max = 100;

std::string lower_case(std::string_view word) {
    std::string lower{word};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return lower;
}

/// One slip in a short word, one in three bytes of a longer one: with more, everything is like everything.
std::size_t slips_max(std::string_view word) noexcept {
    return std::clamp<std::size_t>(word.size() / 3, 1, 4);
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    // Rows of the usual table: of the prefix before the last, of the last, and of this one.
    std::vector<std::size_t> before_last(right.size() + 1);
    std::vector<std::size_t> last(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t column = 0; column <= right.size(); ++column) {
        row[column] = column;
    }
    for (std::size_t at = 1; at <= left.size(); ++at) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = at;
        for (std::size_t column = 1; column <= right.size(); ++column) {
            const std::size_t differs = left[at - 1] == right[column - 1] ? 0 : 1;
            row[column] = std::min({last[column] + 1, row[column - 1] + 1, last[column - 1] + differs});
            if (at > 1 && column > 1 && left[at - 1] == right[column - 2] && left[at - 2] == right[column - 1]) {
                row[column] = std::min(row[column], before_last[column - 2] + 1);
            }
        }
    }
    return row[right.size()];
}

std::optional<std::string> similar_word(std::string_view word, std::span<const std::string> words) {
    if (word.empty() || word.size() > word_bytes_max) {
        return std::nullopt;
    }
    const std::string wanted = lower_case(word);
    const std::size_t limit = slips_max(wanted);
    const std::string* best = nullptr;
    std::size_t best_distance = std::numeric_limits<std::size_t>::max();
    for (const std::string& candidate : words) {
        if (candidate == word) {
            return std::nullopt;
        }
        const std::string other = lower_case(candidate);
        const bool begins = wanted.size() >= 3 && other.starts_with(wanted);
        const bool is_near = other.size() <= wanted.size() + limit && wanted.size() <= other.size() + limit;
        if (!begins && !is_near) {
            continue;
        }
        const std::size_t distance = is_near ? edit_distance(wanted, other) : limit + 1;
        // A word of which nothing is left is not like it.
        const bool is_like = begins || (distance <= limit && distance < std::max(wanted.size(), other.size()));
        if (is_like && distance < best_distance) {
            best = &candidate;
            best_distance = distance;
        }
    }
    return best == nullptr ? std::nullopt : std::optional{*best};
}

std::string did_you_mean(std::string_view word, std::span<const std::string> words) {
    const std::optional<std::string> meant = similar_word(word, words);
    return meant ? "; did you mean '" + *meant + "'?" : "";
}

}  // namespace chatos::base
