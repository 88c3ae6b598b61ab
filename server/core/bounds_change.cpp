// New bounds for a running server. Nobody is closed because a bound is lower: what is held may exceed it until it goes,
// and what a client has begun keeps its time.
#include "core/ensure.hpp"
#include "core/server.hpp"

#include <algorithm>

namespace chatos::core {

namespace {

// Bounds on what may be held. Timeouts are not held.
options larger_of(options left, const options& right) {
    const auto keep = [&](auto options::*member) { left.*member = std::max(left.*member, right.*member); };
    keep(&options::users_max);
    keep(&options::unregistered_max);
    keep(&options::send_permissions_max);
    keep(&options::answers_owed_max);
    keep(&options::deliveries_unanswered_max);
    keep(&options::output_bytes_max);
    keep(&options::total_output_bytes_max);
    keep(&options::total_input_bytes_max);
    keep(&options::timeouts_in_a_row_max);
    keep(&options::offers_max);
    keep(&options::tunnels_max);
    keep(&options::tunnel_buffer_bytes_max);
    return left;
}

}  // namespace

void server::change_bounds(const options& bounds, time_point now) {
    advance(now);
    const options before = options_;
    options_ = bounds;
    options_.packet_limits = before.packet_limits;  // frames for users of today are made by them
    options_.receive_bytes_max = before.receive_bytes_max;
    options_.tunnels = before.tunnels;
    ensure(find_fault(options_).empty());
    largest_bounds_ = larger_of(largest_bounds_, options_);
    input_allowance_ = tally_.input_bytes;
    output_allowance_ = tally_.output_memory_bytes();
    connections_.for_each([&](connection& client) {
        if (client.packet_unfinished && options_.login_timeout < before.login_timeout) {
            client.since += before.login_timeout - options_.login_timeout;  // ERR-4: as long as when it began
        }
        if (client.current_phase() == phase::tunnel_open && options_.tunnel_idle_timeout < before.tunnel_idle_timeout) {
            client.since += before.tunnel_idle_timeout - options_.tunnel_idle_timeout;
        }
        if (client.throttled) {
            end_throttling(client);  // its next request is judged by the new rate
        }
        if (client.has_backlog) {
            schedule_work(client);  // there may be room for its answers now
        }
        arm_timer(client);
        mark_changed(client);
    });
}

}  // namespace chatos::core
