// Views that would outlive what they point to do not compile: every function of this library that gives out views has
// a deleted overload for temporaries that own their elements.
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>

namespace chatos {

/// True for `Argument&&` when the argument is a temporary that would become a `View` and takes the elements with it
/// when it dies: `std::string{...}`, a vector returned by value, even const. False for named objects, string literals,
/// pointers, and other views (`std::span`, `std::string_view`, whatever `std::ranges::enable_borrowed_range` says is
/// one). Whoever knows better than this writes the conversion to `View` out.
template <typename Argument, typename View>
concept owning_temporary = !std::is_lvalue_reference_v<Argument> && std::convertible_to<Argument, View> &&
                           !std::is_pointer_v<std::remove_cvref_t<Argument>> &&
                           !std::ranges::enable_borrowed_range<std::remove_cvref_t<Argument>>;

}  // namespace chatos
