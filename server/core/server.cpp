// Opens connections, cuts bytes into packets, and shares work fairly. The effects of packets are in requests.cpp and
// deliveries.cpp; how connections end is in closing.cpp.
#include "core/server.hpp"

#include "core/ensure.hpp"

#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::core {

server::server(const options& bounds, notice_sink* log)
    : options_{bounds}, largest_bounds_{bounds}, log_{log}, turn_work_left_{bounds.work_per_turn_max} {
    ensure(find_fault(bounds).empty());
    for (const error_code code : {error_code::ok, error_code::pseudo_taken, error_code::out_of_capacity,
                                  error_code::unreachable, error_code::refused}) {
        answers_[static_cast<std::size_t>(code)] = frame::of(make_error(code), options_.packet_limits);
    }
}

connection& server::lookup(connection_id id) {
    connection* client = connections_.find(id);
    ensure(client != nullptr);
    return *client;
}

const connection& server::lookup(connection_id id) const {
    const connection* client = connections_.find(id);
    ensure(client != nullptr);
    return *client;
}

bool server::accepts_connections(std::size_t awaited) const noexcept {
    return !draining_ &&
           connections_.size() - users_.size() - tunnels_.ends_claimed() + awaited < options_.unregistered_max;
}

connection_id server::connect(time_point now, const connection_source& source) {
    ensure(accepts_connections());
    set_time(now);
    connection& newcomer = connections_.open();
    newcomer.source = source.address;
    newcomer.shares_apply = source.shares_apply;
    newcomer.from_network = &sources_.join(source.network);
    newcomer.output.count_in(tally_);
    newcomer.pending_input.count_in(tally_);
    newcomer.phase_deadline = now_ + options_.login_timeout;  // ERR-4
    ++statistics_.connections_opened;
    arm_timer(newcomer);
    mark_changed(newcomer);
    return newcomer.id;
}

void server::receive(connection_id id, std::span<const std::byte> bytes, time_point now) {
    ensure(wants_input(id) && bytes.size() <= options_.receive_bytes_max);
    set_time(now);
    enforce_input_bound();
    enforce_output_bound();
    connection& client = lookup(id);
    if (client.is_tunnel_end()) {
        take_tunnel_bytes(client, bytes);
        return;
    }
    std::uint32_t work_left = slice_of_work();
    // An unfinished packet takes what it needs and no more, so that everything after it is decoded in place.
    while (client.packet_unfinished && !client.pending_input.empty() && !bytes.empty()) {
        const auto taken = static_cast<std::uint32_t>(std::min<std::size_t>(client.need, bytes.size()));
        client.pending_input.append(bytes.first(taken));
        bytes = bytes.subspan(taken);
        client.need -= taken;
        if (client.need != 0) {
            return;
        }
        const std::size_t processed = process(client, client.pending_input.bytes(), work_left);
        if (client.keeps_input()) {
            client.pending_input.consume(processed);
        }
    }
    if (client.keeps_input() && !bytes.empty()) {
        const std::size_t processed = client.pending_input.empty() ? process(client, bytes, work_left) : 0;
        if (client.keeps_input() && processed < bytes.size()) {
            client.pending_input.append(bytes.subspan(processed));
        }
    }
    update_backlog(client);
}

void server::end_of_input(connection_id id, time_point now) {
    set_time(now);
    connection& client = lookup(id);
    client.input_ended = true;
    mark_changed(client);
    if (client.is_tunnel_end()) {
        end_tunnel_input(client);
    } else if (client.is_open() && !client.has_backlog) {
        leave(client);
    }
}

void server::wrote(connection_id id, std::size_t bytes, time_point now) {
    set_time(now);
    connection& client = lookup(id);
    const bool was_read = wants_input(id);
    client.output.written(bytes);
    if (client.current_phase() == phase::finishing && client.output.empty()) {
        client.phase_deadline = now_ + options_.linger_timeout;  // ERR-5
        arm_timer(client);
        mark_changed(client);
    }
    if (client.current_phase() == phase::tunnel_open && client.phase_deadline != never && bytes != 0) {
        client.phase_deadline = now_ + options_.flush_timeout;
    }
    if (client.current_phase() == phase::tunnel_open && bytes != 0) {
        client.since = now_;
    }
    if (client.is_open()) {
        update_backlog(client);
    } else if (client.current_phase() == phase::tunnel_open) {
        end_tunnel_if_done(client);
    }
    if (!was_read && wants_input(id)) {
        mark_changed(client);  // FLOW-5: there is room for its answers again
    }
}

void server::lost(connection_id id, time_point now) {
    set_time(now);
    connection& client = lookup(id);
    abandon_requests(client);
    end_session(client);
    leave_tunnel(client);
    client.output.clear();
    client.pending_input.clear();
    timers_.cancel(client.id.slot);
    sources_.leave(*client.from_network);
    connections_.close(client);
}

void server::run(time_point now) {
    set_time(now);
    turn_work_left_ = options_.work_per_turn_max;
    deliver_broadcasts(options_.work_per_turn_max / 2);
    constexpr std::uint32_t goes_max = 512;
    std::uint32_t stuck = 0;  // clients whose next packet is a message to all, while no more of them are taken
    for (std::uint32_t goes = 0;
         goes < goes_max && stuck < work_.size() && turn_work_left_ > options_.work_per_turn_max / 4; ++goes) {
        enforce_output_bound();
        connection* client = connections_.find(work_.pop_front());
        if (client == nullptr) {
            continue;
        }
        client->in_work_list = false;
        if (!client->has_backlog) {
            continue;
        }
        std::uint32_t work_left = slice_of_work();
        const std::size_t processed = process(*client, client->pending_input.bytes(), work_left);
        if (client->keeps_input()) {
            client->pending_input.consume(processed);
        }
        stuck += processed == 0 ? 1U : 0U;
        update_backlog(*client);
        mark_changed(*client);
    }
}

// What one client may cause now. However little is left of the turn, some ordinary requests are served at once, so that
// those who flood the server do not delay those who do not.
std::uint32_t server::slice_of_work() const noexcept {
    constexpr std::uint32_t always = 128;
    return std::min(options_.work_per_slice_max, std::max(turn_work_left_, always));
}

// WIRE-13: how the bytes were split never matters. Returns how many bytes were processed. Stops at an unfinished
// packet, at the bounds, and when the connection is no longer open.
std::size_t server::process(connection& client, std::span<const std::byte> bytes, std::uint32_t& work_left) {
    std::size_t processed = 0;
    while (processed < bytes.size() && work_left != 0 && client.is_open() && has_room_for_request(client)) {
        const decode_result result = decode(bytes.subspan(processed), options_.packet_limits, client.bytes_processed);
        if (result.status == decode_status::incomplete) {
            client.need = static_cast<std::uint32_t>(result.need);  // a packet has at most 64 MiB
            if (!client.packet_unfinished) {
                client.packet_unfinished = true;
                client.since = now_;  // ERR-4
                arm_timer(client);
            }
            if (is_too_long_unregistered(client, bytes.size() - processed + result.need)) {
                refuse_long_packet(client);
            }
            break;
        }
        client.packet_unfinished = false;
        if (result.status == decode_status::malformed) {
            ++statistics_.refused_by_violation[static_cast<std::size_t>(result.error.what)];
            notify_refused(client, result.error, bytes.subspan(processed));
            refuse(client);  // ERR-1, ERR-2
            break;
        }
        if (client.current_phase() == phase::unregistered && is_too_long_unregistered(client, result.consumed)) {
            refuse_long_packet(client);
            break;
        }
        if (result.packet.op == opcode::sma && !broadcasts_.has_room()) {
            break;  // as a backlog, until earlier messages to all have reached everybody
        }
        if (options_.requests_per_second_max != 0 && !may_request_now(client, result.packet.op)) {
            break;
        }
        processed += result.consumed;
        client.bytes_processed += result.consumed;
        const std::uint32_t deliveries = handle(client, result.packet);
        client.has_sent_packet = true;
        spend(1);
        work_left -= std::min(work_left, deliveries + 1);
    }
    return processed;
}

bool server::is_too_long_unregistered(const connection& client, std::size_t packet_bytes) const noexcept {
    const std::size_t bound = options_.unregistered_packet_bytes_max;
    return client.current_phase() == phase::unregistered &&
           packet_bytes > (bound != 0 ? bound : packet_bytes_max(opcode::cr, options_.packet_limits));
}

void server::refuse_long_packet(connection& client) {
    ++statistics_.closed_long_unregistered;
    notify(notice::event::long_unregistered, client);
    refuse(client);
}

// options::requests_per_second_max. Without a token the packet stays as a backlog, so that the client is not read, and
// a deadline processes it.
bool server::may_request_now(connection& client, opcode op) {
    const bool counts =
        op != opcode::error && !draining_ && (op != opcode::pc || client.current_phase() == phase::user);
    if (!counts || client.request_rate.take(now_, options_.requests_per_second_max)) {
        return true;
    }
    ++statistics_.requests_delayed;
    client.throttled = true;
    arm_timer(client);
    return false;
}

void server::end_throttling(connection& client) {
    client.throttled = false;
    update_backlog(client);
    mark_changed(client);
}

void server::notify(notice::event kind, const connection& client) {
    if (log_ != nullptr) {
        log_->take({.kind = kind,
                    .connection = client.id,
                    .pseudo = client.pseudo == nullptr ? std::string_view{} : std::string_view{*client.pseudo}});
    }
}

// Where framing is lost, the excerpt shows everything that follows; for text only the bad bytes: messages are private.
void server::notify_refused(const connection& client, const decode_error& error, std::span<const std::byte> packet) {
    if (log_ == nullptr) {
        return;
    }
    std::size_t length = excerpt_bytes_max;
    switch (error.what) {
    case violation::ill_formed_utf8: length = 4; break;
    case violation::empty_pseudo: length = 2; break;
    case violation::unassigned_error_code: length = 1; break;
    case violation::negative_size:
    case violation::size_over_limit: length = error.where == field::message_size ? 4 : 2; break;
    case violation::none:
    case violation::unknown_opcode: break;
    }
    const auto remaining = packet.subspan(static_cast<std::size_t>(error.offset - client.bytes_processed));
    log_->take({.kind = notice::event::refused_input,
                .connection = client.id,
                .cause = error.what,
                .offset = error.offset,
                .excerpt = remaining.first(std::min(length, remaining.size()))});
}

// After each slice: decides whether the remaining bytes can be processed without more input, and when.
void server::update_backlog(connection& client) {
    client.has_backlog = client.is_open() && !client.pending_input.empty() && !client.packet_unfinished;
    if (client.has_backlog) {
        schedule_work(client);
    } else if (client.input_ended && client.is_open()) {
        leave(client);  // FLOW-8: everything that came before the end of input has been processed
    } else if (client.current_phase() == phase::tunnel_waiting) {
        open_tunnel_if_complete(client);  // `pending_input` now holds what must be relayed
    }
}

// A PC is answered twice, so a packet is processed only when there is room for two answers. FLOW-5: without room the
// server stops reading this client.
bool server::has_room_for_request(const connection& client) const noexcept {
    return client.answers_owed() + 2 <= options_.answers_owed_max;
}

void server::schedule_work(connection& client) {
    if (!client.in_work_list && !client.throttled && has_room_for_request(client)) {
        client.in_work_list = true;
        work_.push_back(client.id);
    }
}

void server::mark_changed(connection& changed) {
    if (!changed.in_changed_list) {
        changed.in_changed_list = true;
        changed_.push_back(changed.id);
    }
}

void server::mark_changed_in_bulk(connection& changed) {
    if (!changed.in_changed_list && !changed.in_bulk_list) {
        changed.in_bulk_list = true;
        bulk_changed_.push_back(changed.id);
    }
}

// Two of three come from the list that messages to all do not fill.
std::optional<connection_id> server::next_changed() {
    while (has_changed()) {
        const bool bulk = changed_.empty() || (!bulk_changed_.empty() && ++changes_returned_ % 3 == 0);
        const connection_id id = (bulk ? bulk_changed_ : changed_).pop_front();
        if (connection* client = connections_.find(id)) {
            (bulk ? client->in_bulk_list : client->in_changed_list) = false;
            return id;
        }
    }
    return std::nullopt;
}

bool server::wants_input(connection_id id) const {
    const connection& client = lookup(id);
    if (client.input_ended) {
        return false;
    }
    if (client.current_phase() == phase::finishing) {
        return true;  // ERR-5: read and discard
    }
    if (client.is_tunnel_end()) {
        return tunnel_has_room(client);
    }
    return client.is_open() && !client.has_backlog && has_room_for_request(client);
}

std::size_t server::gather(connection_id id, std::span<std::span<const std::byte>> pieces) const {
    return lookup(id).output.gather(pieces);
}

close_action server::close_action_of(connection_id id) const {
    const connection& client = lookup(id);
    if (client.current_phase() == phase::closed) {
        return close_action::close;
    }
    if (client.current_phase() == phase::tunnel_open && client.output.empty()) {
        const connection* partner = tunnel_partner(client);
        return partner == nullptr || partner->input_ended ? close_action::shut_down_sending
                                                          : close_action::none;  // TUN-2
    }
    if (client.current_phase() != phase::finishing || !client.output.empty()) {
        return close_action::none;
    }
    return client.input_ended ? close_action::close : close_action::shut_down_sending;
}

}  // namespace chatos::core
