#include "simulation/shrink.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace chatos::core::simulation {

namespace {

class shrinker {
public:
    shrinker(std::vector<operation> list, const still_fails& fails, std::uint32_t tries)
        : list_{std::move(list)}, fails_{fails}, tries_{tries} {}

    std::vector<operation> run() {
        for (bool smaller = true; smaller;) {
            smaller = leave_out();
            smaller = simplify() || smaller;
            smaller = renumber() || smaller;
        }
        return std::move(list_);
    }

private:
    bool accept(std::vector<operation> candidate) {
        if (tries_ == 0) {
            return false;
        }
        --tries_;
        if (!fails_(candidate)) {
            return false;
        }
        list_ = std::move(candidate);
        return true;
    }

    // Runs of half the list first, then of half that, down to single operations; from the end, since later operations
    // depend on earlier ones.
    bool leave_out() {
        const std::size_t before = list_.size();
        for (std::size_t run = std::max<std::size_t>(1, list_.size() / 2); run != 0 && tries_ != 0; run /= 2) {
            std::size_t end = list_.size();
            while (end != 0 && tries_ != 0) {
                const std::size_t begin = end < run ? 0 : end - run;
                std::vector<operation> candidate;
                candidate.reserve(list_.size());
                candidate.insert(candidate.end(), list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(begin));
                candidate.insert(candidate.end(), list_.begin() + static_cast<std::ptrdiff_t>(end), list_.end());
                static_cast<void>(accept(std::move(candidate)));
                end = begin;
            }
        }
        return list_.size() < before;
    }

    template <typename Change>
    bool change(std::size_t position, Change&& how) {
        std::vector<operation> candidate = list_;
        how(candidate[position]);
        return candidate != list_ && accept(std::move(candidate));
    }

    bool simplify() {
        bool any = false;
        for (std::size_t i = 0; i < list_.size(); ++i) {
            any = change(i, [](operation& operation) { operation.turn = true; }) || any;
            any = change(i, [](operation& operation) { operation.fragment = operation.hold = 0; }) || any;
            any = change(i, [](operation& operation) { operation.hold = 0; }) || any;
            any = change(i, [](operation& operation) { operation.code = 0; }) || any;
            any = change(i, [](operation& operation) { operation.pseudo = operation.actor; }) || any;
            any = change(i,
                         [](operation& operation) {
                             if (operation.kind >= operation_kind::wait) {
                                 operation.actor = operation.pseudo = 0;  // belongs to no actor
                             }
                         }) ||
                  any;
            any = smaller_amount(i) || any;
        }
        return any;
    }

    // The least amount that still fails, as far as halving the distance finds it.
    bool smaller_amount(std::size_t position) {
        const std::uint32_t before = list_[position].amount;
        std::uint32_t too_small = 0;
        if (before == 0 || change(position, [](operation& operation) { operation.amount = 0; })) {
            return before != 0;
        }
        while (list_[position].amount - too_small > 1 && tries_ != 0) {
            const std::uint32_t middle = too_small + (list_[position].amount - too_small) / 2;
            if (!change(position, [middle](operation& operation) { operation.amount = middle; })) {
                too_small = middle;
            }
        }
        return list_[position].amount < before;
    }

    // Renumber the actors from 0, with the pseudos of their numbers.
    bool renumber() {
        std::map<std::uint16_t, std::uint16_t> numbers;
        const auto number_of = [&numbers](std::uint16_t old) {
            return numbers.emplace(old, static_cast<std::uint16_t>(numbers.size())).first->second;
        };
        std::vector<operation> candidate = list_;
        for (operation& operation : candidate) {
            operation.actor = number_of(operation.actor);
            operation.pseudo = number_of(operation.pseudo);
        }
        return candidate != list_ && accept(std::move(candidate));
    }

    std::vector<operation> list_;
    const still_fails& fails_;
    std::uint32_t tries_;
};

}  // namespace

std::vector<operation> shrink(std::vector<operation> list, const still_fails& fails, std::uint32_t tries_max) {
    return shrinker{std::move(list), fails, tries_max}.run();
}

}  // namespace chatos::core::simulation
