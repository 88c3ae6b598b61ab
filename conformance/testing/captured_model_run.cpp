#include "testing/captured_model_run.hpp"

#include <chatos/decode.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace chatos::conformance::testing {

using namespace std::chrono_literals;

captured_model_run::captured_model_run(const captured_run_settings& settings)
    : settings_{settings}, random_{settings.seed}, model_{settings.server} {}

trace captured_model_run::run() {
    for (std::size_t index = 0; index < settings_.clients; ++index) {
        add_client();
    }
    for (std::size_t done = 0; done < settings_.actions; ++done) {
        now_ += 1ms;
        model_.tick(now_);
        queue_output();
        act(below(clients_.size()));
        for (std::size_t arrivals = below(14); arrivals != 0; --arrivals) {
            advance_random_connection();
        }
        if (chance(2) && clients_.size() < settings_.clients + 6) {
            add_client();
        }
    }
    settle();
    for (int round = 0; round < 2; ++round) {
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            if (clients_[index].is_registered && !clients_[index].is_closed) {
                send(index, {opcode::rpm, "nobody", "", 0});
            }
        }
        settle();
    }
    return std::move(trace_);
}

void captured_model_run::add_client() {
    client_state client;
    client.name = "user" + std::to_string(clients_.size() % (settings_.clients + 2));
    trace_.connections.emplace_back().stream = static_cast<std::uint32_t>(clients_.size());
    model_.connect(clients_.size(), now_);
    clients_.push_back(std::move(client));
}

std::string captured_model_run::random_name() {
    return chance(10) ? "nobody" : clients_[below(clients_.size())].name;
}

/// The next action of a conforming client.
void captured_model_run::act(std::size_t index) {
    client_state& client = clients_[index];
    if (client.is_closed) {
        return;
    }
    if (settings_.wild && chance(25)) {
        act_wildly(index);
        return;
    }
    if (!client.unanswered_deliveries.empty() && chance(70)) {
        const bool is_offer = client.unanswered_deliveries.front().op == opcode::pc;
        constexpr std::uint8_t codes[] = {0, 0, 0, 5, 1, 2};
        client.unanswered_deliveries.pop_front();
        send(index,
             {opcode::error, "", "", is_offer ? (chance(50) ? std::uint8_t{0} : std::uint8_t{5}) : codes[below(6)]});
        return;
    }
    if (client.unanswered_requests != 0) {
        return;
    }
    if (!client.is_registered) {
        client.has_sent_login = true;
        send(index, {opcode::cr, client.name, "", 0});
        return;
    }
    const std::size_t action = below(20);
    const std::string message = chance(20) ? "again" : "message " + std::to_string(++messages_);
    if (action == 0 && chance(30)) {
        leave(index);
    } else if (action < 8) {
        if (!client.permitted_recipients.empty() && chance(75)) {
            send(index,
                 {opcode::spm, client.permitted_recipients[below(client.permitted_recipients.size())], message, 0});
        } else {
            client.rpm_recipient = random_name();
            send(index, {opcode::rpm, client.rpm_recipient, "", 0});
        }
    } else if (action < 14) {
        send(index, {opcode::sma, "", message, 0});
    } else if (action < 18) {
        send(index, {opcode::pc, random_name(), "", 0});
    } else if (action == 18) {
        send(index, {opcode::cr, random_name(), "", 0});
    }
}

void captured_model_run::act_wildly(std::size_t index) {
    client_state& client = clients_[index];
    switch (below(14)) {
    case 0: send(index, {opcode::error, "", "", static_cast<std::uint8_t>(chance(50) ? 0 : 5)}); break;
    case 1: send(index, {opcode::spm, random_name(), "wild " + std::to_string(++messages_), 0}); break;
    case 2: send(index, {opcode::sma, "", chance(30) ? "" : "wild to all", 0}); break;
    case 3: send(index, {opcode::pc, random_name(), "", 0}); break;
    case 4:
    case 5: send(index, {opcode::rpm, random_name(), "", 0}); break;
    case 6: send(index, {opcode::cr, random_name(), "", 0}); break;
    case 7: send_bytes(index, std::string("\x07garbage\x03\0\0", 11)); break;
    case 8: leave(index); break;
    case 9: send_bytes(index, std::string("\x06\x03", 2)); break;
    case 10: client.unanswered_deliveries.clear(); break;  // never answers them
    case 11: now_ += chance(30) ? 40s : 3s; break;
    default: break;
    }
}

void captured_model_run::send(std::size_t index, const model_packet& packet) {
    client_state& client = clients_[index];
    if (packet.op != opcode::error) {
        client.sent_pc = packet.op == opcode::pc;
        ++client.unanswered_requests;
    }
    send_bytes(index, write_packet(packet, {}));
}

void captured_model_run::send_bytes(std::size_t index, std::string bytes) {
    if (!settings_.near_server) {
        capture_bytes(index, side::client, bytes);
    }
    clients_[index].in_transit.push_back(std::move(bytes));
}

void captured_model_run::capture_bytes(std::size_t index, side sender, std::string_view bytes) {
    direction_trace& direction = trace_.connections[index].from(sender);
    ++trace_.frames;
    std::span<const std::byte> pending = std::as_bytes(std::span{bytes.data(), bytes.size()});
    std::uint64_t offset =
        direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length;
    while (!pending.empty() && !direction.malformed) {
        const decode_result result = decode(pending, limits{}, offset);
        if (result.status != decode_status::complete) {
            direction.malformed.emplace();
            direction.malformed->frame = trace_.frames;
            direction.malformed->offset = offset;
            direction.malformed->rule = rule_of(result.error.what);
            return;
        }
        direction.packets.push_back({.frame = trace_.frames,
                                     .time_ns = now_.count() + 1,
                                     .offset = offset,
                                     .length = result.consumed,
                                     .op = result.packet.op,
                                     .code = static_cast<std::uint8_t>(result.packet.code),
                                     .pseudo = std::string{result.packet.pseudo},
                                     .message = std::string{result.packet.message}});
        offset += result.consumed;
        pending = pending.subspan(result.consumed);
    }
}

void captured_model_run::capture_end(std::size_t index, side sender, direction_end kind) {
    direction_trace& direction = trace_.connections[index].from(sender);
    direction.end = kind;
    direction.end_frame = ++trace_.frames;
    direction.end_time_ns = now_.count() + 1;
}

void captured_model_run::leave(std::size_t index) {
    clients_[index].is_closed = true;
    clients_[index].in_transit.emplace_back();
    if (!settings_.near_server) {
        capture_end(index, side::client, direction_end::fin);
    }
}

void captured_model_run::advance_random_connection() {
    const std::size_t index = below(clients_.size());
    switch (below(3)) {
    case 0: arrive_at_server(index); break;
    case 1: let_server_read(index); break;
    default: arrive_at_client(index); break;
    }
}

/// Moves the next bytes into the server's receive buffer; the server reads them later.
void captured_model_run::arrive_at_server(std::size_t index) {
    client_state& client = clients_[index];
    if (client.in_transit.empty()) {
        return;
    }
    std::string bytes = std::move(client.in_transit.front());
    client.in_transit.pop_front();
    if (settings_.near_server && bytes.empty()) {
        capture_end(index, side::client, direction_end::fin);
    } else if (settings_.near_server) {
        capture_bytes(index, side::client, bytes);
    }
    client.to_server.push_back(std::move(bytes));
}

void captured_model_run::let_server_read(std::size_t index) {
    client_state& client = clients_[index];
    if (client.to_server.empty()) {
        return;
    }
    const std::string bytes = std::move(client.to_server.front());
    client.to_server.pop_front();
    if (bytes.empty()) {
        model_.end(index, now_);
    } else {
        model_.receive(index, std::as_bytes(std::span{bytes.data(), bytes.size()}), now_);
    }
    queue_output();
}

void captured_model_run::queue_output() {
    for (model_output& output : model_.take_output()) {
        if (settings_.near_server) {
            capture_output(output);
        }
        clients_[output.connection].to_client.push_back(std::move(output));
    }
}

void captured_model_run::capture_output(const model_output& output) {
    if (output.action == model_output::kind::bytes) {
        capture_bytes(output.connection, side::server, output.bytes);
    } else {
        capture_end(output.connection, side::server,
                    output.action == model_output::kind::close ? direction_end::fin : direction_end::reset);
    }
}

void captured_model_run::arrive_at_client(std::size_t index) {
    client_state& client = clients_[index];
    if (client.to_client.empty()) {
        return;
    }
    const model_output output = std::move(client.to_client.front());
    client.to_client.pop_front();
    if (!settings_.near_server) {
        capture_output(output);
    }
    client.is_closed = client.is_closed || output.action != model_output::kind::bytes;
    std::span<const std::byte> pending = std::as_bytes(std::span{output.bytes.data(), output.bytes.size()});
    while (!pending.empty()) {
        const decode_result result = decode(pending, limits{});
        if (result.status != decode_status::complete) {
            return;
        }
        pending = pending.subspan(result.consumed);
        handle_packet(index, {result.packet.op, std::string{result.packet.pseudo}, std::string{result.packet.message},
                              static_cast<std::uint8_t>(result.packet.code)});
    }
}

void captured_model_run::handle_packet(std::size_t index, const model_packet& packet) {
    client_state& client = clients_[index];
    if (packet.op != opcode::error) {
        client.unanswered_deliveries.push_back(packet);
        return;
    }
    if (client.has_sent_login && !client.is_registered && packet.code == 0) {
        client.is_registered = true;
    } else if (client.sent_pc && packet.code == 0 && !client.awaits_decision) {
        client.awaits_decision = true;  // the second answer follows
        return;
    } else if (!client.rpm_recipient.empty() && packet.code == 0) {
        client.permitted_recipients.push_back(client.rpm_recipient);
    } else if (packet.code == 4) {
        client.permitted_recipients.clear();
    }
    client.rpm_recipient.clear();
    client.awaits_decision = false;
    client.unanswered_requests -= client.unanswered_requests != 0 ? 1 : 0;
}

/// Runs until no packet is in transit and every delivery is answered.
void captured_model_run::settle() {
    for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            const client_state& client = clients_[index];
            while (!client.in_transit.empty() || !client.to_server.empty() || !client.to_client.empty()) {
                arrive_at_server(index);
                let_server_read(index);
                arrive_at_client(index);
                moved = true;
            }
            if (!clients_[index].unanswered_deliveries.empty() && !clients_[index].is_closed) {
                clients_[index].unanswered_deliveries.pop_front();
                send(index, {opcode::error, "", "", 0});
                moved = true;
            }
        }
    }
}

}  // namespace chatos::conformance::testing
