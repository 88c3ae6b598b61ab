// Bytes in and bytes out, as text, for tests of dialects.
#pragma once

#include "bench/dialect.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace chatos::bench::testing {

[[nodiscard]] inline std::string as_text(std::span<const std::byte> input) {
    return {reinterpret_cast<const char*>(input.data()), input.size()};
}

[[nodiscard]] inline bytes as_bytes(std::string_view text) {
    bytes result;
    append(result, text);
    return result;
}

[[nodiscard]] inline std::string log_in(dialect& protocol, user_number user, std::uint32_t& answers) {
    bytes out;
    answers = protocol.log_in(user, out);
    return as_text(out);
}

[[nodiscard]] inline std::string publish(dialect& protocol, user_number sender, std::uint32_t count,
                                         std::uint32_t& given) {
    return as_text(protocol.publish(sender, count, given));
}

[[nodiscard]] inline arrivals read(dialect& protocol, user_number user, std::string_view input) {
    arrivals arrivals;
    const bytes given = as_bytes(input);
    protocol.read(user, given, arrivals);
    return arrivals;
}

/// What is found when the input comes in pieces of `size` bytes, each with what the one before has left in front.
[[nodiscard]] inline arrivals read_in_pieces(dialect& protocol, user_number user, std::string_view input,
                                             std::size_t size) {
    arrivals all;
    std::string remaining;
    for (; !input.empty(); input.remove_prefix(std::min(size, input.size()))) {
        remaining += input.substr(0, size);
        const arrivals arrivals = read(protocol, user, remaining);
        remaining.erase(0, arrivals.consumed);
        all.consumed += arrivals.consumed;
        all.answers += arrivals.answers;
        all.senders.insert(all.senders.end(), arrivals.senders.begin(), arrivals.senders.end());
        all.acknowledgements.insert(all.acknowledgements.end(), arrivals.acknowledgements.begin(),
                                    arrivals.acknowledgements.end());
        all.fault += arrivals.fault;
    }
    return all;
}

}  // namespace chatos::bench::testing
