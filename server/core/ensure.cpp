#include "core/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace chatos::core {

void expectation_broken(const std::source_location& where) noexcept {
    std::fprintf(stderr, "chatos core: broken expectation in %s, %s:%u\n", where.function_name(), where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
}

}  // namespace chatos::core
