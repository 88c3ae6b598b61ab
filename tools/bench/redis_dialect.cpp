#include "bench/redis_dialect.hpp"

#include "base/utf8_text.hpp"
#include "bench/redis_reply.hpp"

#include <algorithm>

namespace chatos::bench {

namespace {

void add_word(bytes& out, std::string_view word) {
    append(out, "$" + std::to_string(word.size()) + "\r\n");
    append(out, word);
    append(out, "\r\n");
}

}  // namespace

redis_dialect::redis_dialect(const workload& load, std::string channel)
    : load_{load}, channel_{std::move(channel)}, texts_{texts_of_senders(load)}, blocks_(load.senders) {
    for (user_number sender = 0; sender < load_.senders; ++sender) {
        bytes command;
        append(command, "*3\r\n$7\r\nPUBLISH\r\n");
        add_word(command, channel_);
        add_word(command, texts_[sender]);
        command_bytes_ = command.size();
        for (std::uint32_t i = messages_per_block(command_bytes_, load_.in_flight); i > 0; --i) {
            blocks_[sender].insert(blocks_[sender].end(), command.begin(), command.end());
        }
    }
}

std::uint32_t redis_dialect::log_in(user_number user, bytes& out) {
    if (user < load_.senders) {
        append(out, "*1\r\n$4\r\nPING\r\n");
        return 1;
    }
    append(out, "*2\r\n$9\r\nSUBSCRIBE\r\n");
    add_word(out, channel_);
    return 1;
}

std::span<const std::byte> redis_dialect::publish(user_number sender, std::uint32_t count, std::uint32_t& given) {
    given = std::min(count, static_cast<std::uint32_t>(blocks_[sender].size() / command_bytes_));
    return std::span{blocks_[sender]}.first(given * command_bytes_);
}

void redis_dialect::read(user_number user, std::span<const std::byte> input, arrivals& arrivals) {
    arrivals.clear();
    while (arrivals.fault.empty()) {
        const redis_reply reply = read_redis_reply(base::as_text(input.subspan(arrivals.consumed)), elements_);
        if (reply.status == reply_status::incomplete) {
            return;
        }
        if (reply.status == reply_status::malformed) {
            arrivals.fault = "bytes that are no reply of Redis";
            return;
        }
        if (reply.kind == '*') {
            take_array(user, arrivals);
        } else if (reply.kind == '-') {
            arrivals.fault = "an error: " + std::string{reply.line};
        } else {
            arrivals.fault = judge_line(user, reply.line);
            ++arrivals.answers;
        }
        arrivals.consumed += reply.consumed;
    }
}

/// The number that answers a PUBLISH counts the receivers. Empty, or what is wrong.
std::string redis_dialect::judge_line(user_number user, std::string_view line) const {
    if (user < load_.senders && (line == "PONG" || line == std::to_string(load_.receivers))) {
        return {};
    }
    return "an unexpected answer: " + std::string{line};
}

void redis_dialect::take_array(user_number user, arrivals& arrivals) const {
    const bool is_about_us = user >= load_.senders && elements_.size() == 3 && elements_[1] == channel_;
    if (is_about_us && elements_[0] == "subscribe") {
        ++arrivals.answers;
        return;
    }
    const user_number sender =
        is_about_us && elements_[0] == "message" ? sender_of(elements_[2], texts_) : load_.senders;
    if (sender == load_.senders) {
        arrivals.fault = "a message that no sender of this load has published";
        return;
    }
    arrivals.senders.push_back(sender);
}

}  // namespace chatos::bench
