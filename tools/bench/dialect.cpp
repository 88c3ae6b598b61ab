#include "bench/dialect.hpp"

#include <charconv>

namespace chatos::bench {

std::string message_text(user_number sender, std::uint32_t size) {
    std::string text(size, 'm');
    for (std::size_t digit = message_bytes_min; digit-- > 0; sender /= 10U) {
        text[digit] = static_cast<char>('0' + sender % 10U);
    }
    return text;
}

std::vector<std::string> texts_of_senders(const workload& load) {
    std::vector<std::string> texts;
    for (user_number sender = 0; sender < load.senders; ++sender) {
        texts.push_back(message_text(sender, load.message_bytes));
    }
    return texts;
}

user_number sender_of(std::string_view text, const std::vector<std::string>& texts_of_senders) noexcept {
    const auto nobody = static_cast<user_number>(texts_of_senders.size());
    if (text.size() < message_bytes_min) {
        return nobody;
    }
    user_number sender = nobody;
    const auto [end, error] = std::from_chars(text.data(), text.data() + message_bytes_min, sender);
    const bool is_known = error == std::errc{} && end == text.data() + message_bytes_min && sender < nobody;
    return is_known && text == texts_of_senders[sender] ? sender : nobody;
}

void append(bytes& out, std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    out.insert(out.end(), first, first + text.size());
}

}  // namespace chatos::bench
