// The properties of the real codec, each over memory of its own that lasts from input to input.
#include "properties/decode_properties.hpp"
#include "properties/round_trip_properties.hpp"
#include "properties/stream_properties.hpp"

namespace chatos::fuzz {

verdict check_decode(std::span<const std::byte> input) {
    static workspace memory;
    return check_decode_plan<real_codec>(plan_of(input), memory);
}

verdict check_stream(std::span<const std::byte> input) {
    static workspace memory;
    return check_stream_plan<real_codec>(plan_of(input), memory);
}

verdict check_round_trip(std::span<const std::byte> input) {
    static workspace memory;
    return check_round_trip_plan<real_codec>(plan_of(input), memory);
}

}  // namespace chatos::fuzz
