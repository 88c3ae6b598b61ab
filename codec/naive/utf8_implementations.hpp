// Everything in the codec that judges UTF-8, under one roof: each kernel, the scalar walk, the public functions.
#pragma once

#include "kernel.hpp"
#include "naive_utf8.hpp"
#include "scalar_utf8.hpp"

#include <chatos/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace chatos::testing {

/// The naive judgement: position of the first ill-formed sequence, `text.size()` if there is none.
[[nodiscard]] inline std::size_t naive_first_ill_formed(std::string_view text) {
    return naive::first_ill_formed(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

/// Who judges `text` otherwise than that its first ill-formed sequence is at `expected` (its size: that it has none);
/// nullptr when all agree. The texts must be where they are judged: nothing is copied.
[[nodiscard]] inline const char* dissenter(std::string_view text, std::size_t expected) {
    const bool well_formed = expected == text.size();
    for (const detail::kernel& fast : detail::usable_kernels()) {
        if (fast.is_utf8(text.data(), text.size()) != well_formed) {
            return fast.name;
        }
    }
    if (detail::scalar_find_ill_formed(text.data(), text.size(), 0) != expected) {
        return "the scalar walk";
    }
    if (find_ill_formed_utf8(text) != (well_formed ? utf8_well_formed : expected)) {
        return "find_ill_formed_utf8()";
    }
    return is_utf8(text) == well_formed ? nullptr : "is_utf8()";
}

}  // namespace chatos::testing
