#include "report/capture.hpp"

#include <algorithm>
#include <vector>

namespace chatos::conformance {
namespace {

constexpr std::size_t ip_header_bytes = 20;
constexpr std::size_t headers_bytes = 40;
constexpr std::size_t segment_bytes_max = 32'768;
constexpr std::uint32_t loopback = 0x7F000001;

enum flag : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10 };

/// Network order, whatever this machine's is.
void put_big(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned shift = bytes * 8; shift != 0;) {
        shift -= 8;
        out += static_cast<char>((value >> shift) & 0xFFU);
    }
}

/// The file's own headers are little-endian, as its magic number says.
void put_little(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned byte = 0; byte < bytes; ++byte) {
        out += static_cast<char>((value >> (byte * 8U)) & 0xFFU);
    }
}

void overwrite_big(std::string& out, std::size_t at, std::uint16_t value) {
    out[at] = static_cast<char>(value >> 8U);
    out[at + 1] = static_cast<char>(value & 0xFFU);
}

/// RFC 1071.
std::uint16_t checksum(std::string_view bytes, std::uint32_t sum = 0) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        sum += at % 2 == 0 ? static_cast<std::uint32_t>(byte) << 8U : byte;
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

class capture_writer {
public:
    explicit capture_writer(const scenario_report& report)
        : report_{report}, connections_(report.scenario->actors.size()) {
        put_little(file_, 0xA1B2C3D4, 4);
        put_little(file_, 2, 2);
        put_little(file_, 4, 2);
        put_little(file_, 0, 8);
        put_little(file_, 262'144, 4);
        put_little(file_, 101, 4);
    }

    std::string write() {
        for (const traffic_entry& entry : report_.outcome.traffic.entries()) {
            write_entry(entry);
        }
        return std::move(file_);
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
    void write_segment(const traffic_entry& entry, side from, int flags, std::string_view data, std::size_t size) {
        const connection& flow = connections_[entry.actor];
        const auto actor_port = static_cast<std::uint16_t>(capture_first_actor_port + entry.actor);
        std::string ip;
        put_big(ip, 0x45, 1);
        put_big(ip, 0, 1);
        put_big(ip, headers_bytes + size, 2);
        put_big(ip, ++frames_ & 0xFFFFU, 2);
        put_big(ip, 0x4000, 2);  // do not fragment
        put_big(ip, 64, 1);
        put_big(ip, 6, 1);
        put_big(ip, 0, 2);
        put_big(ip, loopback, 4);
        put_big(ip, loopback, 4);
        overwrite_big(ip, 10, checksum(ip));
        std::string tcp;
        put_big(tcp, from == client ? actor_port : capture_server_port, 2);
        put_big(tcp, from == client ? capture_server_port : actor_port, 2);
        put_big(tcp, flow.next[from], 4);
        put_big(tcp, (flags & ack) != 0 ? flow.next[other(from)] : 0U, 4);
        put_big(tcp, 0x50, 1);
        put_big(tcp, static_cast<std::uint8_t>(flags), 1);
        put_big(tcp, 65'535, 2);
        put_big(tcp, 0, 4);
        tcp += data;
        // The pseudo header: both addresses, the protocol, the length.
        const std::uint32_t pseudo_sum =
            2 * ((loopback >> 16U) + (loopback & 0xFFFFU)) + 6 + static_cast<std::uint32_t>(ip_header_bytes + size);
        overwrite_big(tcp, 16, checksum(tcp, pseudo_sum));
        write_record(entry.when, ip + tcp, headers_bytes + size);
    }

    void write_record(moment when, const std::string& bytes, std::size_t size) {
        const auto time =
            std::chrono::floor<std::chrono::microseconds>(report_.started.time_since_epoch() + when).count();
        put_little(file_, static_cast<std::uint64_t>(time / 1'000'000), 4);
        put_little(file_, static_cast<std::uint64_t>(time % 1'000'000), 4);
        put_little(file_, bytes.size(), 4);
        put_little(file_, size, 4);
        file_ += bytes;
    }

    const scenario_report& report_;
    std::vector<connection> connections_;
    std::string file_;
    std::uint32_t frames_{0};
};

}  // namespace

std::string capture_of(const scenario_report& report) {
    return capture_writer{report}.write();
}

}  // namespace chatos::conformance
