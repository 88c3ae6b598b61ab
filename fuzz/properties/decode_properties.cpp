#include "properties/decode_properties.hpp"

namespace chatos::fuzz {

verdict check_decode_properties(std::span<const std::byte> input) {
    static workspace memory;
    return check_decode_plan<real_codec>(plan_of(input), memory);
}

}  // namespace chatos::fuzz
