#include "client/private/link.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/packet.hpp>
#include <chatos/utf8.hpp>

#include <cassert>

namespace chatos::client {
namespace {

constexpr std::size_t answer_bytes = 2;
constexpr std::size_t head_bytes = 5;

void add_packet(std::vector<std::byte>& output, const packet_view& packet) {
    const std::size_t before = output.size();
    output.resize(before + encoded_size(packet));
    const encode_result written = encode(packet, std::span{output}.subspan(before));
    assert(written.status == encode_status::ok);
    static_cast<void>(written);
}

std::string refusal(error_code code) {
    switch (code) {
    case error_code::unreachable: return "the other side did not come in time, or has its end already";
    // A server without tunnels, and one that has them and knows nothing of the acceptance (TUN-3), say the same.
    case error_code::refused:
        return "this server carries none (it runs without tunnels, or took the acceptance for late)";
    default: return "the server answered " + std::string{error_code_name(code)};
    }
}

bool is_frame_kind(std::uint8_t value) {
    return value >= static_cast<std::uint8_t>(frame_kind::text) &&
           value <= static_cast<std::uint8_t>(frame_kind::saved);
}

}  // namespace

private_link::private_link(std::string_view own, std::string_view peer) {
    add_packet(output_, make_pc(own));
    add_packet(output_, make_pc(peer));
}

void private_link::send(frame_kind kind, std::string_view payload) {
    assert(payload.size() <= frame_bytes_max);
    if (state_ == state::over) {
        return;
    }
    std::vector<std::byte>& to = state_ == state::open ? output_ : early_;
    const auto size = static_cast<std::uint32_t>(payload.size());
    to.push_back(static_cast<std::byte>(kind));
    for (unsigned shift = 32; shift > 0; shift -= 8) {
        to.push_back(static_cast<std::byte>((size >> (shift - 8)) & 0xFFU));
    }
    const auto bytes = std::as_bytes(std::span{payload});
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void private_link::receive(std::span<const std::byte> bytes) {
    if (state_ == state::over) {
        return;
    }
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    if (state_ == state::opening) {
        take_answer();
    }
    while (state_ == state::open && take_frame()) {
    }
}

void private_link::take_answer() {
    const decode_result answer = decode(std::span{input_}.first(std::min(input_.size(), answer_bytes)));
    if (answer.status == decode_status::incomplete && input_.size() < answer_bytes) {
        return;
    }
    if (answer.status != decode_status::complete || answer.packet.op != opcode::error) {
        end("the server answered something else than an ERROR", true);
    } else if (answer.packet.code != error_code::ok) {
        end(refusal(answer.packet.code), true);
    } else {
        input_.erase(input_.begin(), input_.begin() + answer_bytes);
        state_ = state::open;
        output_.insert(output_.end(), early_.begin(), early_.end());
        early_.clear();
        events_.emplace_back(link_opened{});
    }
}

bool private_link::take_frame() {
    if (input_.empty()) {
        return false;
    }
    const auto kind = std::to_integer<std::uint8_t>(input_[0]);
    if (!is_frame_kind(kind)) {
        end("the other side sent what this client does not know", true);
        return false;
    }
    if (input_.size() < head_bytes) {
        return false;
    }
    std::size_t size = 0;
    for (std::size_t at = 1; at < head_bytes; ++at) {
        size = (size << 8U) | std::to_integer<std::size_t>(input_[at]);
    }
    if (size > frame_bytes_max) {
        end("the other side sent a frame that is too large", true);
        return false;
    }
    if (input_.size() < head_bytes + size) {
        return false;
    }
    std::string payload(reinterpret_cast<const char*>(input_.data()) + head_bytes, size);
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(head_bytes + size));
    if (kind == static_cast<std::uint8_t>(frame_kind::text) && !is_utf8(payload)) {
        end("the other side sent text that is not UTF-8", true);
        return false;
    }
    events_.emplace_back(frame_came{static_cast<frame_kind>(kind), std::move(payload)});
    return true;
}

void private_link::lose(std::string_view fault) {
    if (state_ != state::over) {
        end(fault.empty() && state_ == state::opening ? "the server closed it" : std::string{fault}, !fault.empty());
    }
}

void private_link::sent(std::size_t bytes) {
    assert(bytes <= output_.size());
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(bytes));
}

std::optional<link_event> private_link::take_event() {
    if (events_.empty()) {
        return std::nullopt;
    }
    link_event first = std::move(events_.front());
    events_.pop_front();
    return first;
}

void private_link::end(std::string why, bool is_fault) {
    events_.emplace_back(link_ended{std::move(why), state_ == state::open, is_fault});
    state_ = state::over;
    output_.clear();
    early_.clear();
    input_.clear();
}

}  // namespace chatos::client
