// The core as the simulation uses it. Tests of the simulation derive faulty servers from it, so that the core itself
// needs no place to plant faults in.
#pragma once

#include "core/server.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace chatos::core::simulation {

/// Receives the packets that reach a client.
class packet_sink {
public:
    packet_sink() = default;
    packet_sink(const packet_sink&) = delete;
    packet_sink& operator=(const packet_sink&) = delete;
    virtual void arrives(connection_id at, const packet_view& packet) = 0;

protected:
    ~packet_sink() = default;
};

/// The core, unchanged. Each function does what the server's of the same name does.
class subject {
public:
    subject(const options& bounds, notice_sink& log) : core{bounds, &log} {}
    subject(const subject&) = delete;
    subject& operator=(const subject&) = delete;
    virtual ~subject() = default;

    virtual void receive(connection_id id, std::span<const std::byte> bytes, time_point now) {
        core.receive(id, bytes, now);
    }
    virtual void lost(connection_id id, time_point now) { core.lost(id, now); }
    virtual std::optional<connection_id> next_changed() { return core.next_changed(); }
    virtual void advance(time_point now) { core.advance(now); }
    virtual statistics count() { return core.count(); }
    /// A packet that the core has written is on its way to the client.
    virtual void carry(connection_id to, const packet_view& packet, packet_sink& clients) {
        clients.arrives(to, packet);
    }

    server core;
};

using subject_maker = std::function<std::unique_ptr<subject>(const options& bounds, notice_sink& log)>;

/// The core, unchanged.
[[nodiscard]] inline std::unique_ptr<subject> honest_subject(const options& bounds, notice_sink& log) {
    return std::make_unique<subject>(bounds, log);
}

}  // namespace chatos::core::simulation
