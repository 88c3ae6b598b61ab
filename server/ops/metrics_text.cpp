#include "ops/metrics_text.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <initializer_list>
#include <utility>

namespace chatos::ops {

namespace {

class page {
public:
    void counter(std::string_view name, std::string_view help, std::uint64_t value) {
        head(name, "counter", help);
        sample(name, {}, {}, value);
    }

    void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
        head(name, "gauge", help);
        sample(name, {}, {}, value);
    }

    void head(std::string_view name, std::string_view type, std::string_view help) {
        add({"# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n"});
    }

    // Labels here are words of our own, without anything to escape.
    void sample(std::string_view name, std::string_view label, std::string_view label_value, std::uint64_t value) {
        add({name});
        if (!label.empty()) {
            add({"{", label, "=\"", label_value, "\"}"});
        }
        add({" ", std::to_string(value), "\n"});
    }

    std::string take() { return std::move(text_); }

private:
    void add(std::initializer_list<std::string_view> pieces) {
        for (const std::string_view piece : pieces) {
            text_ += piece;
        }
    }

    std::string text_;
};

void add_clients(page& to, const core::statistics& seen) {
    to.gauge("chatos_connections", "Open connections.", seen.connections_open);
    to.gauge("chatos_users", "Registered users.", seen.users);
    to.counter("chatos_connections_opened_total", "Connections that were accepted.", seen.connections_opened);
    constexpr std::string_view packets = "chatos_packets_received_total";
    to.head(packets, "counter", "Well-formed packets received.");
    for (const packet_layout& one : packet_table) {
        to.sample(packets, "packet", one.name, seen.packets_by_opcode[static_cast<std::size_t>(one.op)]);
    }
}

void add_requests(page& to, const core::statistics& seen) {
    to.counter("chatos_requests_accepted_total", "Requests taken up: answered, abandoned or pending.",
               seen.requests_accepted);
    to.counter("chatos_requests_answered_total", "Requests answered in full.", seen.requests_answered);
    to.counter("chatos_requests_abandoned_total",
               "Requests whose client left, or broke the protocol, before the answer.", seen.requests_abandoned);
    to.gauge("chatos_requests_pending", "Requests that wait for their answer.", seen.requests_pending);
    to.counter("chatos_requests_ignored_total", "Requests that came after the server began to drain.",
               seen.requests_ignored);
}

void add_deliveries(page& to, const core::statistics& seen) {
    to.counter("chatos_deliveries_made_total", "Messages and offers sent to their recipients.", seen.deliveries_made);
    constexpr std::string_view settled = "chatos_deliveries_settled_total";
    to.head(settled, "counter", "Deliveries that wait no more: answered, out of time, or their recipient left.");
    to.sample(settled, "cause", "answer", seen.deliveries_answered);
    to.sample(settled, "cause", "time_limit", seen.deliveries_timed_out);
    to.sample(settled, "cause", "departure", seen.deliveries_recipient_left);
    to.gauge("chatos_deliveries_waiting", "Deliveries that wait for their recipient's answer.",
             seen.deliveries_waiting);
    to.counter("chatos_deliveries_without_room_total", "Deliveries not made because a queue was full.",
               seen.deliveries_without_room);
    to.counter("chatos_answers_late_total", "Answers that came after their delivery ran out of time.",
               seen.answers_late);
    to.counter("chatos_answers_unasked_total", "Answers to nothing.", seen.answers_unasked);
}

void add_tunnels(page& to, const core::statistics& seen) {
    to.counter("chatos_tunnels_offered_total", "Offers of a private connection that reached their peer.",
               seen.tunnels_offered);
    to.counter("chatos_tunnels_refused_total", "Offers of which no tunnel came: refused, or no room for one more.",
               seen.tunnels_refused);
    to.counter("chatos_tunnels_expired_total", "Tunnels agreed on whose ends did not both come in time.",
               seen.tunnels_expired);
    to.counter("chatos_tunnels_opened_total", "Tunnels opened.", seen.tunnels_opened);
    to.gauge("chatos_tunnels_open", "Tunnels that carry bytes.", seen.tunnels_open);
    to.counter("chatos_tunnel_ends_refused_total", "Connections answered 4 that wanted to be an end of a tunnel.",
               seen.tunnel_ends_refused);
    to.counter("chatos_tunnel_relayed_bytes_total", "Bytes relayed through tunnels.", seen.tunnel_bytes_relayed);
}

void add_closed(page& to, const service_snapshot& seen) {
    constexpr std::string_view refused = "chatos_refused_input_total";
    to.head(refused, "counter", "Connections closed for a malformed packet, by the rule it broke.");
    for (std::size_t i = 1; i < seen.core.refused_by_violation.size(); ++i) {
        to.sample(refused, "rule", rule_of(static_cast<violation>(i)), seen.core.refused_by_violation[i]);
    }
    constexpr std::string_view closed = "chatos_closed_total";
    to.head(closed, "counter", "Connections that the server closed for another reason.");
    to.sample(closed, "cause", "slow_login", seen.core.closed_slow_login);
    to.sample(closed, "cause", "slow_packet", seen.core.closed_slow_packet);
    to.sample(closed, "cause", "unresponsive", seen.core.closed_unresponsive);
    to.sample(closed, "cause", "capacity", seen.core.closed_without_room);
    to.sample(closed, "cause", "input_memory", seen.core.closed_input_bound);
    to.sample(closed, "cause", "address_limit", seen.closed_address_limit);
}

}  // namespace

std::string metrics_text(const service_snapshot& seen, const process_figures& process, std::string_view version) {
    page all;
    all.head("chatos_build_info", "gauge", "The program's version; always 1.");
    all.sample("chatos_build_info", "version", version, 1);
    add_clients(all, seen.core);
    add_requests(all, seen.core);
    add_deliveries(all, seen.core);
    add_tunnels(all, seen.core);
    add_closed(all, seen);
    all.gauge("chatos_output_bytes_queued", "Bytes waiting to be written to clients, each recipient's counted.",
              seen.core.output_bytes_queued);
    all.gauge("chatos_output_memory_bytes", "Memory of what waits to be written, bounded by --total-output-bytes-max.",
              seen.core.output_memory_bytes);
    all.gauge("chatos_input_memory_bytes", "Memory of unprocessed bytes, bounded by --total-input-bytes-max.",
              seen.core.input_memory_bytes);
    all.counter("chatos_accept_pauses_total", "Times that newcomers had to wait for a place or a descriptor.",
                seen.accept_pauses);
    all.gauge("chatos_draining", "1 while the server stops and answers what is outstanding.", seen.draining ? 1 : 0);
    all.counter("chatos_log_lines_written_total", "Log lines written.", seen.log_lines_written);
    all.counter("chatos_log_lines_dropped_total", "Log lines dropped because the log was too slow.",
                seen.log_lines_dropped);
    all.gauge("process_resident_memory_bytes", "Physical memory in use.", process.resident_bytes);
    all.gauge("process_open_fds", "Open descriptors.", process.descriptors_open);
    all.gauge("process_max_fds", "Descriptors that may be open.", process.descriptors_max);
    return all.take();
}

}  // namespace chatos::ops
