#include "core/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace chatos::core {

void assertion_failed(const char* function, const char* file, int line) noexcept {
    std::fprintf(stderr, "chatos core: assertion failed in %s, %s:%d\n", function, file, line);
    std::abort();
}

}  // namespace chatos::core
