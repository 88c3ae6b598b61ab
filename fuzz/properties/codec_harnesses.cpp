// The properties of the real codec, each with its own memory, which is reused from input to input.
#include "properties/codec_harnesses.hpp"

#include "properties/decode_plan.hpp"
#include "properties/decode_properties.hpp"
#include "properties/round_trip_properties.hpp"
#include "properties/stream_properties.hpp"

#include <chatos/decode.hpp>

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

verdict check_canary(std::span<const std::byte> input) {
    const decode_plan plan = plan_of(input);
    const decode_result login = decode(plan.stream, plan.bounds);
    if (login.status != decode_status::complete || login.packet.op != opcode::cr) {
        return {};
    }
    const std::span<const std::byte> remaining = plan.stream.subspan(login.consumed);
    const decode_result message = decode(remaining, plan.bounds);
    const bool is_there = message.status == decode_status::complete && message.packet.op == opcode::spm &&
                          message.packet.message.size() > 4;
    return is_there ? failure{"canary", "a personal message of more than four bytes follows a login"} : verdict{};
}

}  // namespace chatos::fuzz
