#include "causes/observation.hpp"

#include "judge/judge.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

namespace chatos::conformance {
namespace {

using entry_kind = traffic_entry::kind;

// What is judged of a scenario's traffic: enough for all but floods, which would take longer to judge than to receive.
constexpr std::size_t judged_entries_max = 2'000;
constexpr std::size_t judged_bytes_max = std::size_t{256} << 10U;
constexpr std::size_t judged_packets_max = 2'000;

/// The first entries of a log, within the bounds.
std::span<const traffic_entry> judged_part(const traffic_log& traffic) {
    const std::span entries{traffic.entries()};
    std::size_t count = 0;
    std::size_t bytes = 0;
    while (count < std::min(entries.size(), judged_entries_max)) {
        bytes += entries[count].bytes.size();
        if (bytes > judged_bytes_max) {
            break;
        }
        ++count;
    }
    return entries.first(count);
}

constexpr circumstance_description descriptions[circumstance_count] = {
    {"WIRE-13", "in which packets came in pieces or several at once",
     "one read() is not one packet: keep what is incomplete for the next read, and go on with what is left of this one"},
    {"WIRE-7", "in which texts had other characters than ASCII",
     "sizes count the bytes of UTF-8, not characters: encode first, then measure"},
    {"CONN-6", "in which somebody had left before",
     "whatever ends a connection (its end of input, a reset, an error, an exception in its handler), the pseudo "
     "becomes free and nothing is delivered to it any more"},
    {"ERR-3", "in which a client acted while another one waited",
     "serve every client while others wait: nothing may block in one client's handler for the sake of another"},
    {"FLOW-6", "in which a client answered while it waited itself",
     "go on reading a client whose own request is pending: its answers to deliveries must be processed"},
    {"FLOW-5", "in which a client asked again before it had its answer",
     "go on reading a client whose request is pending, and judge what it asks at once"},
    {"ERR-3", "in which a client did not read",
     "never wait in a write: queue what a client does not take, with a bound, and go on with the others"},
};

class trace_builder {
public:
    trace_builder(const traffic_log& traffic, const scenario& scenario)
        : judged_{judged_part(traffic)}, is_cut_{traffic.dropped() != 0 || judged_.size() < traffic.entries().size()},
          scenario_{scenario} {
        trace_.connections.resize(scenario.actors.size());
        directions_.resize(scenario.actors.size());
        for (std::size_t actor = 0; actor < scenario.actors.size(); ++actor) {
            trace_.connections[actor].stream = static_cast<std::uint32_t>(actor);
        }
    }

    trace build() {
        for (const traffic_entry& entry : judged_) {
            ++trace_.frames;
            add(entry);
        }
        for (std::size_t actor = 0; actor < directions_.size(); ++actor) {
            for (const side sender : {side::client, side::server}) {
                finish(actor, sender);
            }
        }
        return std::move(trace_);
    }

private:
    struct pending_bytes {
        std::vector<std::byte> bytes;
        std::uint64_t offset{0};
    };

    [[nodiscard]] side sender_of(const traffic_entry& entry) const {
        const bool by_runner = entry.type == entry_kind::sent || entry.type == entry_kind::fin_sent ||
                               entry.type == entry_kind::reset_sent;
        return by_runner == (scenario_.role == test_role::server) ? side::client : side::server;
    }

    void add(const traffic_entry& entry) {
        if (entry.type == entry_kind::connected) {
            return;
        }
        const side sender = sender_of(entry);
        if (entry.type == entry_kind::sent || entry.type == entry_kind::received) {
            add_bytes(entry, sender);
            return;
        }
        direction_trace& direction = trace_.connections[entry.actor].from(sender);
        const bool is_fin = entry.type == entry_kind::fin_sent || entry.type == entry_kind::fin_received;
        direction.end = is_fin ? direction_end::fin : direction_end::reset;
        direction.end_frame = trace_.frames;
    }

    void add_bytes(const traffic_entry& entry, side sender) {
        direction_trace& direction = trace_.connections[entry.actor].from(sender);
        pending_bytes& pending = pending_of(entry.actor, sender);
        if (!direction.is_trusted() || direction.malformed) {
            return;
        }
        pending.bytes.insert(pending.bytes.end(), entry.bytes.begin(), entry.bytes.end());
        decode_pending(entry, direction, pending);
        if (entry.bytes.size() < entry.size) {
            direction.distrust(pending.offset, "not all bytes were kept");
        }
    }

    void decode_pending(const traffic_entry& entry, direction_trace& direction, pending_bytes& pending) {
        std::span<const std::byte> bytes{pending.bytes};
        while (!bytes.empty()) {
            const decode_result result = decode(bytes, limits{}, pending.offset);
            if (result.status == decode_status::incomplete) {
                break;
            }
            if (result.status == decode_status::malformed) {
                malformed_packet& broken = direction.malformed.emplace();
                broken.frame = trace_.frames;
                broken.time_ns = nanoseconds_of(entry);
                broken.offset = pending.offset;
                broken.rule = rule_of(result.error.what);
                broken.reason = violation_name(result.error.what);
                broken.bytes.assign(bytes.begin(), bytes.end());
                broken.bytes_total = bytes.size();
                return;
            }
            if (++packets_ > judged_packets_max) {
                is_cut_ = true;
                direction.distrust(pending.offset, "not all packets are judged");
                return;
            }
            direction.packets.push_back({.frame = trace_.frames,
                                         .time_ns = nanoseconds_of(entry),
                                         .offset = pending.offset,
                                         .length = result.consumed,
                                         .op = result.packet.op,
                                         .code = static_cast<std::uint8_t>(result.packet.code),
                                         .pseudo = std::string{result.packet.pseudo},
                                         .message = std::string{result.packet.message}});
            pending.offset += result.consumed;
            bytes = bytes.subspan(result.consumed);
        }
        pending.bytes.erase(pending.bytes.begin(), pending.bytes.end() - static_cast<std::ptrdiff_t>(bytes.size()));
    }

    void finish(std::size_t actor, side sender) {
        direction_trace& direction = trace_.connections[actor].from(sender);
        if (is_cut_) {
            direction.distrust(pending_of(actor, sender).offset, "not all bytes were kept");
        }
        if (!scenario_.extension.empty()) {
            direction.distrust(0, "it may become a tunnel");
        }
        if (!direction.malformed) {
            direction.unfinished = std::move(pending_of(actor, sender).bytes);
        }
    }

    [[nodiscard]] static std::int64_t nanoseconds_of(const traffic_entry& entry) {
        // 0 would say that there are no times.
        return std::chrono::nanoseconds{entry.when}.count() + 1;
    }

    [[nodiscard]] pending_bytes& pending_of(std::size_t actor, side sender) {
        return directions_[actor][static_cast<std::size_t>(sender)];
    }

    std::span<const traffic_entry> judged_;
    bool is_cut_;
    std::size_t packets_{0};
    const scenario& scenario_;
    trace trace_;
    std::vector<std::array<pending_bytes, 2>> directions_;
};

/// Walks the packets of clients and servers in their order.
class circumstance_finder {
public:
    circumstance_finder(const trace& observed, const traffic_log& traffic)
        : observed_{observed}, judged_{judged_part(traffic)} {
        requests_.resize(observed.connections.size());
        packets_seen_.resize(observed.connections.size());
        cut_.assign(observed.connections.size(), false);
    }

    circumstance_set find() {
        std::uint64_t frame = 0;
        for (const traffic_entry& entry : judged_) {
            ++frame;
            switch (entry.type) {
            case entry_kind::sent: take_sent(entry, frame); break;
            case entry_kind::received: take_received(entry.actor, frame); break;
            case entry_kind::fin_sent:
            case entry_kind::reset_sent: left_ = true; break;
            case entry_kind::connected:
            case entry_kind::fin_received:
            case entry_kind::reset_received: break;
            }
        }
        return circumstances_;
    }

private:
    void add(circumstance which) { circumstances_.set(static_cast<std::size_t>(which)); }

    /// The packets of a direction that were complete in this frame.
    [[nodiscard]] std::span<const observed_packet> packets_in(std::size_t actor, side sender, std::uint64_t frame) {
        const std::vector<observed_packet>& packets = observed_.connections[actor].from(sender).packets;
        std::size_t& next = packets_seen_[actor][static_cast<std::size_t>(sender)];
        const std::size_t first = next;
        while (next < packets.size() && packets[next].frame <= frame) {
            ++next;
        }
        return std::span{packets}.subspan(first, next - first);
    }

    void take_sent(const traffic_entry& entry, std::uint64_t frame) {
        const auto packets = packets_in(entry.actor, side::client, frame);
        const bool was_cut = cut_[entry.actor];
        if (packets.size() > 1 || (was_cut && !packets.empty())) {
            add(circumstance::split_or_joined);
        }
        cut_[entry.actor] = packets.empty();
        if (left_) {
            add(circumstance::user_left);
        }
        const bool others_wait = std::any_of(requests_.begin(), requests_.end(), [&](const auto& requests) {
            return &requests != &requests_[entry.actor] && waits(requests);
        });
        const auto is_request = [](const observed_packet& packet) { return packet.op != opcode::error; };
        if (others_wait && std::any_of(packets.begin(), packets.end(), is_request)) {
            add(circumstance::others_wait);
        }
        for (const observed_packet& packet : packets) {
            take_packet(entry.actor, packet);
        }
    }

    void take_packet(std::size_t actor, const observed_packet& packet) {
        const auto is_beyond = [](char character) { return static_cast<unsigned char>(character) >= 0x80; };
        if (std::any_of(packet.pseudo.begin(), packet.pseudo.end(), is_beyond) ||
            std::any_of(packet.message.begin(), packet.message.end(), is_beyond)) {
            add(circumstance::beyond_ascii);
        }
        if (waits(requests_[actor])) {
            add(packet.op == opcode::error ? circumstance::answers_while_waiting : circumstance::asks_while_waiting);
        }
        if (packet.op != opcode::error) {
            requests_[actor].push_back(packet.op);
        }
    }

    /// For other users: only messages and offers do.
    [[nodiscard]] static bool waits(const std::deque<opcode>& requests) {
        return std::any_of(requests.begin(), requests.end(),
                           [](opcode op) { return op != opcode::cr && op != opcode::rpm; });
    }

    void take_received(std::size_t actor, std::uint64_t frame) {
        for (const observed_packet& packet : packets_in(actor, side::server, frame)) {
            if (packet.op == opcode::error && !requests_[actor].empty()) {
                requests_[actor].pop_front();
            }
        }
    }

    const trace& observed_;
    std::span<const traffic_entry> judged_;
    std::vector<std::deque<opcode>> requests_;  ///< of each actor, without an answer
    std::vector<std::array<std::size_t, 2>> packets_seen_;
    std::vector<bool> cut_;  ///< the last bytes that an actor sent completed no packet
    bool left_{false};
    circumstance_set circumstances_;
};

bool stops_reading(const scenario& scenario) {
    return std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const step& step) {
        const auto* reading = std::get_if<reading_action>(&step.action);
        return reading != nullptr && !reading->reading;
    });
}

}  // namespace

const circumstance_description& description_of(circumstance which) noexcept {
    return descriptions[static_cast<std::size_t>(which)];
}

trace trace_of(const traffic_log& traffic, const scenario& scenario) {
    return trace_builder{traffic, scenario}.build();
}

observation observe(const traffic_log& traffic, const scenario& scenario, bool failed) {
    observation result;
    const trace observed = trace_of(traffic, scenario);
    const bool is_server = scenario.role == test_role::server;
    if (is_server) {
        result.circumstances = circumstance_finder{observed, traffic}.find();
        result.circumstances.set(static_cast<std::size_t>(circumstance::unread), stops_reading(scenario));
    }
    if (!failed) {
        return result;
    }
    judge_settings settings;
    settings.judges_server = is_server;
    settings.judges_clients = !is_server;
    settings.has_all_clients = true;  // pseudos are unique, so that nobody else had one of these
    const judge_report report = judge(observed, settings);
    if (!report.violations.empty()) {
        const violation& first = report.violations.front();
        result.broken_rule = first.rule;
        result.expected = first.expected;
        result.actual = first.actual;
    }
    return result;
}

}  // namespace chatos::conformance
