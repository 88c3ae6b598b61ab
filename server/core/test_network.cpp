#include "core/test_network.hpp"

#include <chatos/decode.hpp>
#include <chatos/encode.hpp>
#include <chatos/layout.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>

namespace chatos::core::test {

namespace {

std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span<const char>{text.data(), text.size()});
}

constexpr limits wide{.pseudo_bytes_max = 32'767, .message_bytes_max = 0x7fffffff};

}  // namespace

std::string text_of(const packet_view& packet) {
    std::string text{packet_name(packet.op)};
    if (packet.op == opcode::error) {
        return text.append(" ").append(std::to_string(static_cast<int>(packet.code)));
    }
    if (packet.op != opcode::sma) {
        text.append(" ").append(packet.pseudo);
    }
    if (packet.op == opcode::spm || packet.op == opcode::sma) {
        text.append(": ").append(packet.message);
    }
    return text;
}

std::string bytes_of(const packet_view& packet) {
    std::string bytes(encoded_size(packet), '\0');
    const auto result = encode(packet, std::as_writable_bytes(std::span{bytes}), wide);
    EXPECT_EQ(result.status, encode_status::ok);
    return bytes;
}

void client::send(std::initializer_list<packet_view> all) {
    std::string bytes;
    for (const packet_view& packet : all) {
        bytes += bytes_of(packet);
    }
    send_bytes(bytes);
}

void client::send_bytes(std::string_view bytes) {
    to_send_ += bytes;
    network_.settle();
}

void client::send_without_turn(std::string_view bytes) {
    to_send_ += bytes;
    static_cast<void>(network_.feed(*this));
}

void client::end() {
    end_after_sending_ = true;
    network_.settle();
}

void client::reset() {
    if (!closed_) {
        closed_ = true;
        to_send_.clear();
        network_.core.lost(id_, network_.now);
        if (network_.checks_invariants) {
            ASSERT_EQ(network_.core.check_invariants(), "");
        }
    }
    network_.settle();
}

void client::reads(bool on) {
    reading_ = on;
    if (!closed_) {
        network_.sync(*this);
    }
    network_.settle();
}

packets client::take() {
    packets all;
    std::size_t used = 0;
    for (;;) {
        const auto result = decode(as_bytes(received_).subspan(used), wide);
        if (result.status != decode_status::complete) {
            EXPECT_NE(result.status, decode_status::malformed) << "the server sent a malformed packet";
            break;
        }
        all.push_back(text_of(result.packet));
        used += result.consumed;
    }
    received_.erase(0, used);
    return all;
}

std::size_t client::take_bytes() {
    const std::size_t bytes = received_.size();
    received_.clear();
    return bytes;
}

client& network::connect(const connection_source& source) {
    const connection_id id = core.connect(now, source);
    client& client = clients_.emplace_back(*this, id);
    if (by_slot_.size() <= id.slot) {
        by_slot_.resize(std::size_t{id.slot} + 1);
    }
    by_slot_[id.slot] = &client;
    settle();
    return client;
}

client& network::join(std::string_view pseudo, const connection_source& source) {
    client& client = connect(source);
    client.send(make_cr(pseudo));
    EXPECT_EQ(client.take(), packets{"ERROR 0"});
    return client;
}

std::vector<client*> network::join_many(std::string_view prefix, int count) {
    std::vector<client*> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(&join(std::string{prefix} + std::to_string(i)));
    }
    return all;
}

void network::wait(milliseconds time) {
    const time_point until = now + time;
    for (auto deadline = core.next_deadline(); deadline && *deadline <= until; deadline = core.next_deadline()) {
        now = *deadline;
        core.advance(now);
        settle();
        ASSERT_FALSE(core.next_deadline() && *core.next_deadline() <= now) << "a deadline that does not go away";
    }
    now = until;
}

void network::oversleep(milliseconds time) {
    now += time;
    core.advance(now);
    settle();
}

client* network::find(connection_id id) {
    client* client = by_slot_[id.slot];
    return client->id_ == id && !client->closed_ ? client : nullptr;
}

// One read of one connection, as a driver does it. False when there was nothing to do.
bool network::feed(client& client) {
    if (client.closed_ || !client.armed_) {
        return false;
    }
    client.armed_ = core.wants_input(client.id_);
    if (!client.armed_) {
        return false;
    }
    if (!client.to_send_.empty()) {
        const std::size_t bytes = std::min({client.to_send_.size(), segment_bytes, core.bounds().receive_bytes_max});
        const std::string now_sent = client.to_send_.substr(0, bytes);
        client.to_send_.erase(0, bytes);
        core.receive(client.id_, as_bytes(now_sent), now);
        client.armed_ = core.wants_input(client.id_);
        return true;
    }
    if (client.end_after_sending_ && !client.end_sent_) {
        client.end_sent_ = true;
        core.end_of_input(client.id_, now);
        return true;
    }
    return false;
}

void network::sync(client& client) {
    std::array<std::span<const std::byte>, 4> pieces;
    while (client.reading_) {
        const std::size_t count = core.gather(client.id_, pieces);
        std::size_t taken = 0;
        for (const auto& piece : std::span{pieces}.first(count)) {
            const std::size_t bytes = std::min(piece.size(), client.read_bytes_max_ - taken);
            client.received_.append(reinterpret_cast<const char*>(piece.data()), bytes);
            taken += bytes;
        }
        if (taken == 0) {
            break;
        }
        core.wrote(client.id_, taken, now);
    }
    switch (core.close_action_of(client.id_)) {
    case close_action::none: break;
    case close_action::shut_down_sending: client.saw_end_ = true; break;
    case close_action::close:
        client.closed_ = true;
        core.lost(client.id_, now);
        return;
    }
    client.armed_ = core.wants_input(client.id_);
}

bool network::turn() {
    bool moved = false;
    for (client& client : clients_) {
        moved = feed(client) || moved;
    }
    moved = core.has_work() || moved;
    core.run(now);
    while (const auto changed = core.next_changed()) {
        if (client* client = find(*changed)) {
            sync(*client);
            moved = true;
        }
    }
    return moved;
}

void network::settle() {
    for (int turns = 0; turn(); ++turns) {
        ASSERT_LT(turns, 1'000'000) << "it never comes to rest";
    }
    if (checks_invariants) {
        ASSERT_EQ(core.check_invariants(), "");
    }
}

}  // namespace chatos::core::test
