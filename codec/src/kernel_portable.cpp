// For every CPU: no special instructions.
#include "kernel.hpp"
#include "scalar_utf8.hpp"

#include <chatos/layout.hpp>

#include <bit>
#include <cstring>

namespace chatos::detail {
namespace {

#define CHATOS_TARGET

inline bool judge_text(const char* text, std::size_t size, const char* /*end*/) noexcept {
    return scalar_find_ill_formed(text, size, 0) == size;
}

inline bool judge_texts(const char* pseudo, std::size_t pseudo_size, const char* message, std::size_t message_size,
                        const char* end) noexcept {
    return judge_text(pseudo, pseudo_size, end) && judge_text(message, message_size, end);
}

#include "take_packets.inl"

bool is_utf8(const char* text, std::size_t size) noexcept {
    return judge_text(text, size, text + size);
}

}  // namespace

kernel portable_kernel() noexcept {
    return {"portable", is_utf8, take_packets};
}

}  // namespace chatos::detail
