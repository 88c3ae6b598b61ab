// Whether spaces are walked whole or sampled: sanitizers and emulated processors take their time.
#pragma once

namespace chatos::testing {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CHATOS_SANITIZED
#endif
#endif
#if defined(CHATOS_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                      \
    !(defined(__x86_64__) || defined(__aarch64__))
inline constexpr bool is_sampled = true;
#else
inline constexpr bool is_sampled = false;
#endif
#undef CHATOS_SANITIZED

}  // namespace chatos::testing
