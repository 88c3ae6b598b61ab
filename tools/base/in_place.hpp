// A large value as a function returns it, without a copy.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace chatos::base {

/// Puts what `make()` returns into the place of `value`, and returns it there. An assignment would copy it, and a
/// processor that reads in one piece what it has just written in several waits until all its writes are done: as long
/// as everything else that is done with a packet.
template <typename Value, typename Make>
Value& make_in_place(Value& value, Make&& make) {
    static_assert(std::is_trivially_destructible_v<Value>);
    static_assert(std::is_same_v<Value, decltype(std::forward<Make>(make)())>, "a conversion would copy");
    return *::new (static_cast<void*>(std::addressof(value))) Value(std::forward<Make>(make)());
}

}  // namespace chatos::base
