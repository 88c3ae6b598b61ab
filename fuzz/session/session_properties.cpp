#include "session/session_properties.hpp"

#include "session/session_run.hpp"

namespace chatos::fuzz {

verdict check_session(std::span<const std::byte> input) {
    return session_run{input}.run();
}

std::string describe_session(std::span<const std::byte> input) {
    std::string transcript;
    session_run run{input, &transcript};
    static_cast<void>(run.run());
    return transcript;
}

}  // namespace chatos::fuzz
