#include "report/capture.hpp"

#include "base/capture_builder.hpp"

#include <algorithm>
#include <vector>

namespace chatos::conformance {
namespace {

namespace wire = base::wire;
using wire::ack;
using wire::fin;
using wire::psh;
using wire::rst;
using wire::syn;

constexpr std::size_t headers_bytes = 40;  // IPv4 and TCP
constexpr std::size_t segment_bytes_max = 32'768;
constexpr wire::ipv4_hosts loopback{.client = 0x7F00'0001, .server = 0x7F00'0001};

class capture_writer {
public:
    explicit capture_writer(const scenario_report& report)
        : report_{report}, connections_(report.scenario->actors.size()) {}

    std::string write() {
        for (const traffic_entry& entry : report_.outcome.traffic.entries()) {
            write_entry(entry);
        }
        const wire::byte_string& bytes = file_.bytes();
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

private:
    enum side : std::uint8_t { client = 0, server = 1 };
    struct connection {
        std::uint32_t next[2]{};  // sequence number of each side's next byte
        bool ended[2]{};
        bool over{false};
    };

    void write_entry(const traffic_entry& entry) {
        using kind = traffic_entry::kind;
        connection& flow = connections_[entry.actor];
        if (flow.over) {
            return;
        }
        // Of whom a scenario judges, the runner is the other.
        const side runner = report_.scenario->role == test_role::server ? client : server;
        switch (entry.type) {
        case kind::connected: write_handshake(entry); break;
        case kind::sent: write_data(entry, runner); break;
        case kind::received: write_data(entry, other(runner)); break;
        case kind::fin_sent: write_fin(entry, runner); break;
        case kind::fin_received: write_fin(entry, other(runner)); break;
        case kind::reset_sent:
        case kind::reset_received: {
            const side from = entry.type == kind::reset_sent ? runner : other(runner);
            write_segment(entry, from, rst | ack, {}, 0);
            flow.over = true;
            break;
        }
        }
    }

    void write_handshake(const traffic_entry& entry) {
        connection& flow = connections_[entry.actor];
        flow.next[client] = 1'000'000U * (static_cast<std::uint32_t>(entry.actor) + 1U);
        flow.next[server] = flow.next[client] + 500'000U;
        write_segment(entry, client, syn, {}, 0);
        ++flow.next[client];
        write_segment(entry, server, syn | ack, {}, 0);
        ++flow.next[server];
        write_segment(entry, client, ack, {}, 0);
    }

    void write_data(const traffic_entry& entry, side from) {
        for (std::size_t start = 0; start < entry.size; start += segment_bytes_max) {
            const std::size_t size = std::min(entry.size - start, segment_bytes_max);
            const std::size_t kept_start = std::min(start, entry.bytes.size());
            const std::size_t kept = std::min(size, entry.bytes.size() - kept_start);
            const auto* data = reinterpret_cast<const char*>(entry.bytes.data()) + kept_start;
            write_segment(entry, from, psh | ack, {data, kept}, size);
            connections_[entry.actor].next[from] += static_cast<std::uint32_t>(size);
            write_segment(entry, other(from), ack, {}, 0);
        }
    }

    void write_fin(const traffic_entry& entry, side from) {
        connection& flow = connections_[entry.actor];
        if (flow.ended[from]) {
            return;
        }
        flow.ended[from] = true;
        write_segment(entry, from, fin | ack, {}, 0);
        ++flow.next[from];
        write_segment(entry, other(from), ack, {}, 0);
        flow.over = flow.ended[client] && flow.ended[server];
    }

    static side other(side from) { return from == client ? server : client; }

    /// `data` is what was kept of the `size` bytes that the segment carried.
    void write_segment(const traffic_entry& entry, side from, std::uint8_t flags, std::string_view data,
                       std::size_t size) {
        const connection& flow = connections_[entry.actor];
        const bool from_server = from == server;
        const wire::byte_string tcp = wire::tcp({
            .sequence = flow.next[from],
            .payload = data,
            .flags = flags,
            .acknowledgement = (flags & ack) != 0 ? flow.next[other(from)] : 0U,
            .from_server = from_server,
            .client_port = static_cast<std::uint16_t>(capture_first_actor_port + entry.actor),
            .server_port = capture_server_port,
            .uncaptured_bytes = size - data.size(),
            .hosts = loopback,
        });
        const wire::byte_string packet = wire::ipv4(tcp, from_server,
                                                    {.fragment = 0x4000,  // do not fragment
                                                     .identification = ++packets_,
                                                     .total_bytes = static_cast<std::int32_t>(headers_bytes + size),
                                                     .hosts = loopback});
        const auto time = std::chrono::floor<std::chrono::microseconds>(report_.started.time_since_epoch() +
                                                                        entry.when + entry.uncounted)
                              .count();
        file_.add(packet, {.seconds = static_cast<std::uint32_t>(time / 1'000'000),
                           .fraction = static_cast<std::uint32_t>(time % 1'000'000),
                           .original = static_cast<std::uint32_t>(headers_bytes + size)});
    }

    const scenario_report& report_;
    std::vector<connection> connections_;
    wire::pcap_builder file_{101};
    std::uint16_t packets_{0};
};

}  // namespace

std::string capture_of(const scenario_report& report) {
    return capture_writer{report}.write();
}

}  // namespace chatos::conformance
