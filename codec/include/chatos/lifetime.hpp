// Rejects dangling views at compile time: every function of this library that returns views has a deleted overload for
// temporaries that own their elements.
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>

namespace chatos {

/// True for `Argument&&` if the argument is a temporary that converts to `View` and owns the elements:
/// `std::string{...}`, or a vector returned by value, even const. False for named objects, string literals, pointers,
/// and other views (`std::span`, `std::string_view`, and types for which `std::ranges::enable_borrowed_range` is true).
/// An explicit conversion to `View` bypasses the check.
template <typename Argument, typename View>
concept owning_temporary = !std::is_lvalue_reference_v<Argument> && std::convertible_to<Argument, View> &&
                           !std::is_pointer_v<std::remove_cvref_t<Argument>> &&
                           !std::ranges::enable_borrowed_range<std::remove_cvref_t<Argument>>;

}  // namespace chatos
