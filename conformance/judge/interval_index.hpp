// Values by an interval of frames: which of them were there between two frames is first_half without asking all of
// them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace chatos::conformance {

template <typename Value>
class interval_index {
public:
    void add(std::uint64_t begin, std::uint64_t end, Value value) { intervals_.push_back({begin, end, value}); }
    /// After the last add(), and before the first query.
    void build();
    [[nodiscard]] std::size_t size() const noexcept { return intervals_.size(); }

    /// The earliest value that the test accepts among those whose interval begins before `begins_before` and ends after
    /// `ends_after`, or null.
    template <typename Test>
    [[nodiscard]] const Value* first(std::uint64_t begins_before, std::uint64_t ends_after, Test test) const {
        return find<false>({begins_before, ends_after}, test);
    }
    /// The same from the latest on.
    template <typename Test>
    [[nodiscard]] const Value* last(std::uint64_t begins_before, std::uint64_t ends_after, Test test) const {
        return find<true>({begins_before, ends_after}, test);
    }
    template <typename Test>
    [[nodiscard]] bool any(std::uint64_t begins_before, std::uint64_t ends_after, Test test) const {
        return first(begins_before, ends_after, test) != nullptr;
    }

private:
    static constexpr std::size_t few = 16;  // as fast without a tree

    struct interval {
        std::uint64_t begin;
        std::uint64_t end;
        Value value;
    };
    struct bounds {
        std::uint64_t begins_before;
        std::uint64_t ends_after;
    };
    struct tree_node {
        std::size_t index;
        std::size_t first;
        std::size_t size;
    };

    template <bool is_reversed, typename Test>
    const Value* find(const bounds& wanted, Test& test) const;
    template <bool is_reversed, typename Test>
    const Value* descend(const tree_node& node, std::size_t count, std::uint64_t ends_after, Test& test) const;

    std::vector<interval> intervals_;    // by their begin
    std::vector<std::uint64_t> latest_;  // a binary tree of the latest ends; the root is 1
};

template <typename Value>
void interval_index<Value>::build() {
    std::stable_sort(intervals_.begin(), intervals_.end(),
                     [](const interval& left, const interval& right) { return left.begin < right.begin; });
    if (intervals_.size() <= few) {
        return;
    }
    std::size_t leaves = 1;
    while (leaves < intervals_.size()) {
        leaves *= 2;
    }
    latest_.assign(leaves * 2, 0);
    for (std::size_t index = 0; index < intervals_.size(); ++index) {
        latest_[leaves + index] = intervals_[index].end;
    }
    for (std::size_t index = leaves - 1; index != 0; --index) {
        latest_[index] = std::max(latest_[index * 2], latest_[index * 2 + 1]);
    }
}

template <typename Value>
template <bool is_reversed, typename Test>
const Value* interval_index<Value>::find(const bounds& wanted, Test& test) const {
    const auto end = std::partition_point(intervals_.begin(), intervals_.end(),
                                          [&](const interval& each) { return each.begin < wanted.begins_before; });
    const auto count = static_cast<std::size_t>(end - intervals_.begin());
    if (!latest_.empty()) {
        return descend<is_reversed>({1, 0, latest_.size() / 2}, count, wanted.ends_after, test);
    }
    for (std::size_t position = 0; position < count; ++position) {
        const interval& candidate = intervals_[is_reversed ? count - 1 - position : position];
        if (candidate.end > wanted.ends_after && test(candidate.value)) {
            return &candidate.value;
        }
    }
    return nullptr;
}

template <typename Value>
template <bool is_reversed, typename Test>
const Value* interval_index<Value>::descend(const tree_node& node, std::size_t count, std::uint64_t ends_after,
                                            Test& test) const {
    if (node.first >= count || latest_[node.index] <= ends_after) {
        return nullptr;
    }
    if (node.size == 1) {
        const Value& value = intervals_[node.first].value;
        return test(value) ? &value : nullptr;
    }
    const std::size_t half = node.size / 2;
    const tree_node left{node.index * 2, node.first, half};
    const tree_node right{node.index * 2 + 1, node.first + half, half};
    const Value* const first_half = descend<is_reversed>(is_reversed ? right : left, count, ends_after, test);
    return first_half != nullptr ? first_half
                                 : descend<is_reversed>(is_reversed ? left : right, count, ends_after, test);
}

}  // namespace chatos::conformance
