#include "runner/trace_search.hpp"

#include <algorithm>

namespace chatos::conformance {
namespace {

class searcher {
public:
    searcher(std::span<const scenario* const> before, const fails_after& fails) : before_{before}, fails_{fails} {}

    trace_search search() {
        const std::size_t count = shortest_end();
        if (count != 0) {
            result_.needed.assign(before_.end() - static_cast<std::ptrdiff_t>(count), before_.end());
            drop_what_is_not_needed();
        }
        return std::move(result_);
    }

private:
    /// False, too, once the bound is reached: then nothing more is asked.
    bool fails(std::span<const scenario* const> part) {
        if (result_.is_cut) {
            return false;
        }
        const std::optional<bool> answer = fails_(part);
        result_.is_cut = !answer;
        return answer.value_or(false);
    }

    /// How many of the last ones are enough; 0: all are not.
    std::size_t shortest_end() {
        std::size_t too_few = 0;
        std::size_t enough = std::min<std::size_t>(1, before_.size());
        while (!fails(before_.last(enough))) {
            if (enough == before_.size() || result_.is_cut) {
                return 0;
            }
            too_few = enough;
            enough = std::min(2 * enough, before_.size());
        }
        while (enough - too_few > 1) {
            const std::size_t middle = too_few + (enough - too_few) / 2;
            (fails(before_.last(middle)) ? enough : too_few) = middle;
        }
        return enough;
    }

    /// The first is needed: without it the end was too short.
    void drop_what_is_not_needed() {
        std::vector<const scenario*>& needed = result_.needed;
        for (std::size_t chunk = needed.size() - 1; chunk != 0; chunk /= 2) {
            for (std::size_t at = 1; at < needed.size();) {
                std::vector<const scenario*> fewer{needed};
                const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
                fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
                if (fails(fewer)) {
                    needed = std::move(fewer);
                } else {
                    at += chunk;
                }
            }
        }
    }

    std::span<const scenario* const> before_;
    const fails_after& fails_;
    trace_search result_;
};

}  // namespace

trace_search find_trace(std::span<const scenario* const> before, const fails_after& fails) {
    return searcher{before, fails}.search();
}

}  // namespace chatos::conformance
