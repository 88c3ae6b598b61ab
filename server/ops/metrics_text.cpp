#include "ops/metrics_text.hpp"

#include "base/prometheus_text.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <string>

namespace chatos::ops {

namespace {

class page : public base::prometheus_page {
public:
    // Prometheus counts in a bucket everything up to its bound.
    void histogram(std::string_view name, std::string_view help, const core::duration_histogram& durations) {
        head(name, "histogram", help);
        const std::string bucket = std::string{name} + "_bucket";
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < core::duration_histogram::bounds_count; ++i) {
            count += durations.in_bucket(i);
            sample(bucket, {{"le", seconds(core::duration_histogram::bound_us(i) * 1'000)}}, count);
        }
        count += durations.in_bucket(core::duration_histogram::bounds_count);
        sample(bucket, {{"le", "+Inf"}}, count);
        sample(std::string{name} + "_sum", {}, seconds(durations.sum_ns()));
        sample(std::string{name} + "_count", {}, count);
    }
};

void add_clients(page& to, const core::statistics& counts) {
    to.gauge("chatos_connections", "Open connections.", counts.connections_open);
    to.gauge("chatos_users", "Registered users.", counts.users);
    to.counter("chatos_connections_opened_total", "Connections that were accepted.", counts.connections_opened);
    constexpr std::string_view packets = "chatos_packets_received_total";
    to.head(packets, "counter", "Well-formed packets received.");
    for (const packet_layout& layout : packet_table) {
        to.sample(packets, {{"packet", layout.name}}, counts.packets_by_opcode[static_cast<std::size_t>(layout.op)]);
    }
}

void add_requests(page& to, const core::statistics& counts) {
    to.counter("chatos_requests_accepted_total", "Requests taken up: answered, abandoned or pending.",
               counts.requests_accepted);
    to.counter("chatos_requests_answered_total", "Requests answered in full.", counts.requests_answered);
    to.counter("chatos_requests_abandoned_total",
               "Requests whose client left, or broke the protocol, before the answer.", counts.requests_abandoned);
    to.gauge("chatos_requests_pending", "Requests that wait for their answer.", counts.requests_pending);
    to.counter("chatos_requests_delayed_total", "Requests that waited because of --requests-per-second-max.",
               counts.requests_delayed);
    to.counter("chatos_requests_ignored_total", "Requests that came after the server began to drain.",
               counts.requests_ignored);
}

void add_deliveries(page& to, const core::statistics& counts) {
    to.counter("chatos_deliveries_made_total", "Messages and offers sent to their recipients.", counts.deliveries_made);
    constexpr std::string_view settled = "chatos_deliveries_settled_total";
    to.head(settled, "counter", "Deliveries that wait no more: answered, out of time, or their recipient left.");
    to.sample(settled, {{"cause", "answer"}}, counts.deliveries_answered);
    to.sample(settled, {{"cause", "time_limit"}}, counts.deliveries_timed_out);
    to.sample(settled, {{"cause", "departure"}}, counts.deliveries_recipient_left);
    to.gauge("chatos_deliveries_waiting", "Deliveries that wait for their recipient's answer.",
             counts.deliveries_waiting);
    to.counter("chatos_deliveries_without_room_total", "Deliveries not made because a queue was full.",
               counts.deliveries_without_room);
    to.histogram("chatos_delivery_answer_seconds", "Time from sending a delivery to its answer, of those in time.",
                 counts.answer_times);
    to.counter("chatos_answers_late_total", "Answers that came after their delivery ran out of time.",
               counts.answers_late);
    to.counter("chatos_answers_unasked_total", "Answers to nothing.", counts.answers_unasked);
}

void add_tunnels(page& to, const core::statistics& counts) {
    to.counter("chatos_tunnels_offered_total", "Offers of a private connection that reached their peer.",
               counts.tunnels_offered);
    to.counter("chatos_tunnels_refused_total", "Offers of which no tunnel came: refused, or no room for one more.",
               counts.tunnels_refused);
    constexpr std::string_view without_room = "chatos_tunnels_without_room_total";
    to.head(without_room, "counter", "Tunnels agreed on that got no room, by the limit that was reached.");
    to.sample(without_room, {{"cause", "total"}}, counts.tunnels_without_room_by_limit[1]);
    to.sample(without_room, {{"cause", "user"}}, counts.tunnels_without_room_by_limit[2]);
    to.sample(without_room, {{"cause", "address"}}, counts.tunnels_without_room_by_limit[3]);
    to.counter("chatos_tunnels_idle_total", "Tunnels closed because they carried nothing for too long.",
               counts.tunnels_idle);
    to.counter("chatos_tunnels_expired_total", "Tunnels agreed on whose ends did not both come in time.",
               counts.tunnels_expired);
    to.counter("chatos_tunnels_opened_total", "Tunnels opened.", counts.tunnels_opened);
    to.gauge("chatos_tunnels_open", "Tunnels that carry bytes.", counts.tunnels_open);
    to.counter("chatos_tunnel_ends_refused_total", "Connections answered 4 that wanted to be an end of a tunnel.",
               counts.tunnel_ends_refused);
    to.counter("chatos_tunnel_relayed_bytes_total", "Bytes relayed through tunnels.", counts.tunnel_bytes_relayed);
}

void add_closed(page& to, const service_snapshot& snapshot) {
    constexpr std::string_view refused = "chatos_refused_input_total";
    to.head(refused, "counter", "Connections closed for a malformed packet, by the rule it broke.");
    for (std::size_t i = 1; i < snapshot.core.refused_by_violation.size(); ++i) {
        to.sample(refused, {{"rule", rule_of(static_cast<violation>(i))}}, snapshot.core.refused_by_violation[i]);
    }
    constexpr std::string_view closed = "chatos_closed_total";
    to.head(closed, "counter", "Connections that the server closed for another reason.");
    to.sample(closed, {{"cause", "slow_login"}}, snapshot.core.closed_slow_login);
    to.sample(closed, {{"cause", "slow_packet"}}, snapshot.core.closed_slow_packet);
    to.sample(closed, {{"cause", "unresponsive"}}, snapshot.core.closed_unresponsive);
    to.sample(closed, {{"cause", "capacity"}}, snapshot.core.closed_without_room);
    to.sample(closed, {{"cause", "input_memory"}}, snapshot.core.closed_input_bound);
    to.sample(closed, {{"cause", "long_stranger"}}, snapshot.core.closed_long_unregistered);
    to.sample(closed, {{"cause", "output_memory"}}, snapshot.core.closed_output_bound);
    to.sample(closed, {{"cause", "address_limit"}}, snapshot.closed_address_limit);
    to.sample(closed, {{"cause", "memory"}}, snapshot.closed_memory);
    to.sample(closed, {{"cause", "address_rate"}}, snapshot.closed_address_rate);
    to.sample(closed, {{"cause", "proxy_header"}}, snapshot.closed_proxy_header);
    to.sample(closed, {{"cause", "proxy_untrusted"}}, snapshot.closed_proxy_untrusted);
}

}  // namespace

std::string metrics_text(const service_snapshot& snapshot, const process_figures& process, std::string_view version) {
    page all;
    all.head("chatos_build_info", "gauge", "The program's version; always 1.");
    all.sample("chatos_build_info", {{"version", version}}, 1);
    add_clients(all, snapshot.core);
    add_requests(all, snapshot.core);
    add_deliveries(all, snapshot.core);
    add_tunnels(all, snapshot.core);
    add_closed(all, snapshot);
    all.gauge("chatos_output_bytes_queued", "Bytes waiting to be written to clients, each recipient's counted.",
              snapshot.core.output_bytes_queued);
    all.gauge("chatos_output_memory_bytes", "Memory of what waits to be written, bounded by --total-output-bytes-max.",
              snapshot.core.output_memory_bytes);
    all.gauge("chatos_input_memory_bytes", "Memory of unprocessed bytes, bounded by --total-input-bytes-max.",
              snapshot.core.input_memory_bytes);
    all.counter("chatos_accept_pauses_total", "Times that newcomers had to wait for a place or a descriptor.",
                snapshot.accept_pauses);
    all.counter("chatos_memory_shortages_total", "Times that the system had no more memory for the server.",
                snapshot.memory_shortages);
    all.gauge("chatos_io_uring", "1 while sockets are read and written in batches; 0: one by one.",
              snapshot.io_uring ? 1 : 0);
    all.gauge("chatos_proxy_headers_awaited", "Connections whose PROXY header is not complete.",
              snapshot.proxy_headers_awaited);
    all.histogram("chatos_turn_seconds", "Time that a turn of the loop takes, without waiting.", snapshot.turn_times);
    all.gauge("chatos_draining", "1 while the server stops and answers what is outstanding.",
              snapshot.draining ? 1 : 0);
    all.counter("chatos_log_lines_written_total", "Log lines written.", snapshot.log_lines_written);
    all.counter("chatos_log_lines_dropped_total", "Log lines dropped because the log was too slow.",
                snapshot.log_lines_dropped);
    all.counter("chatos_log_lines_left_out_total", "Log lines left out by --log-lines-per-second-max.",
                snapshot.log_lines_left_out);
    all.gauge("process_resident_memory_bytes", "Physical memory in use.", process.resident_bytes);
    all.gauge("process_open_fds", "Open descriptors.", process.descriptors_open);
    all.gauge("process_max_fds", "Descriptors that may be open.", process.descriptors_max);
    return all.take();
}

}  // namespace chatos::ops
