#include "matrix/chat_users.hpp"

#include "runner/command_words.hpp"
#include "runner/process_streams.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace chatos::conformance {
namespace {

constexpr std::size_t user_output_bytes_max = 16'384;

}  // namespace

std::string chat_user::start(const recording_proxy& proxy) {
    first_stream_ = proxy.recorder().observed().connections.size();
    const std::vector<std::string> words = filled_in(
        client_.command, {{"{host}", "127.0.0.1"}, {"{port}", std::to_string(proxy.port())}, {"{pseudo}", pseudo_}});
    child_streams streams;
    const auto error = process_.start(words, streams);
    input_ = std::move(streams.input);
    output_ = std::move(streams.output);
    return error.value_or("");
}

bool chat_user::tell(const std::string& command, const std::string& pseudo, const std::string& text) {
    const auto known = client_.dialogue.input.find(command);
    if (known == client_.dialogue.input.end()) {
        return false;
    }
    pending_ += fill_in(known->second, pseudo, text);
    flush();
    return true;
}

void chat_user::flush() {
    while (!pending_.empty()) {
        const ssize_t put = input_.is_open() ? write_without_signal(input_.get(), pending_) : -1;
        if (put < 0 && input_.is_open() && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        pending_.erase(0, put < 0 ? pending_.size() : static_cast<std::size_t>(put));
    }
}

void chat_user::add_polled(std::vector<pollfd>& polled) const {
    if (output_.is_open()) {
        polled.push_back({output_.get(), POLLIN, 0});
    }
    if (input_.is_open() && !pending_.empty()) {
        polled.push_back({input_.get(), POLLOUT, 0});
    }
}

void chat_user::serve() {
    flush();
    std::array<char, 16'384> buffer{};
    // A bounded number of reads a turn: one that floods must not starve the others.
    for (int turn = 0; turn < 2 && output_.is_open(); ++turn) {
        const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
        if (got > 0) {
            printed_.append(buffer.data(), static_cast<std::size_t>(got));
            printed_.erase(0, printed_.size() - std::min(printed_.size(), user_output_bytes_max));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            output_.reset();
        } else {
            return;
        }
    }
}

std::vector<std::string> chat_user::last_output() const {
    return last_lines(printed_, 12);
}

std::optional<std::size_t> chat_user::stream(const recording_proxy& proxy) const {
    const std::vector<connection>& all = proxy.recorder().observed().connections;
    for (std::size_t index = first_stream_; index < all.size(); ++index) {
        const direction_trace& said = all[index].from(side::client);
        const bool is_session = said.packets.empty()
                                    ? said.malformed.has_value()
                                    : said.packets.front().op != opcode::pc && said.packets.front().pseudo == pseudo_;
        if (is_session) {
            return index;
        }
    }
    return std::nullopt;
}

std::size_t chat_user::requests(const recording_proxy& proxy) const {
    const auto at = stream(proxy);
    if (!at) {
        return 0;
    }
    const std::vector<observed_packet>& sent = proxy.recorder().from(*at, side::client).packets;
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [](const observed_packet& packet) { return packet.op != opcode::error; }));
}

std::size_t chat_user::deliveries(const recording_proxy& proxy) const {
    const auto at = stream(proxy);
    if (!at) {
        return 0;
    }
    const std::vector<observed_packet>& came = proxy.recorder().from(*at, side::server).packets;
    return static_cast<std::size_t>(std::count_if(
        came.begin(), came.end(), [](const observed_packet& packet) { return packet.op != opcode::error; }));
}

std::vector<std::uint8_t> chat_user::answers(const recording_proxy& proxy) const {
    std::vector<std::uint8_t> codes;
    if (const auto at = stream(proxy)) {
        for (const observed_packet& packet : proxy.recorder().from(*at, side::server).packets) {
            if (packet.op == opcode::error) {
                codes.push_back(packet.code);
            }
        }
    }
    return codes;
}

const observed_packet* chat_user::unanswered_request(const recording_proxy& proxy) const {
    const auto at = stream(proxy);
    if (!at) {
        return nullptr;
    }
    const std::vector<std::uint8_t> codes = answers(proxy);
    std::size_t next = 0;
    for (const observed_packet& packet : proxy.recorder().from(*at, side::client).packets) {
        if (packet.op == opcode::error) {
            continue;
        }
        const bool has_two = packet.op == opcode::pc && next < codes.size() && codes[next] == 0;
        next += has_two ? 2 : 1;
        if (next > codes.size()) {
            return &packet;
        }
    }
    return nullptr;
}

const observed_packet* chat_user::unanswered_delivery(const recording_proxy& proxy) const {
    const auto at = stream(proxy);
    if (!at) {
        return nullptr;
    }
    const std::vector<observed_packet>& sent = proxy.recorder().from(*at, side::client).packets;
    auto left = std::count_if(sent.begin(), sent.end(),
                              [](const observed_packet& packet) { return packet.op == opcode::error; });
    for (const observed_packet& packet : proxy.recorder().from(*at, side::server).packets) {
        if (packet.op != opcode::error && left-- == 0) {
            return &packet;
        }
    }
    return nullptr;
}

bool chat_user::got(const recording_proxy& proxy, std::size_t first, opcode op, const std::string& from,
                    const std::string& text) const {
    const auto at = stream(proxy);
    if (!at) {
        return false;
    }
    std::size_t number = 0;
    for (const observed_packet& packet : proxy.recorder().from(*at, side::server).packets) {
        if (packet.op != opcode::error && number++ >= first && packet.op == op && packet.pseudo == from &&
            packet.message.find(text) != std::string::npos) {
            return true;
        }
    }
    return false;
}

bool chat_user::has_left(const recording_proxy& proxy) const {
    const auto at = stream(proxy);
    return at && proxy.recorder().from(*at, side::client).is_finished &&
           proxy.recorder().from(*at, side::server).is_finished;
}

}  // namespace chatos::conformance
