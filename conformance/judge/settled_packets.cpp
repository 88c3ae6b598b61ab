#include "judge/settled_packets.hpp"

#include "judge/request_checks.hpp"
#include "judge/session_end.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace chatos::conformance {
namespace {

constexpr std::size_t recipients_max = 1'024;  // PM-6: a server remembers at least so many

class packet_chooser {
public:
    packet_chooser(const connection_trace& trace, const judged_frames& frames) : trace_{trace}, frames_{frames} {
        for (const side sender : {side::client, side::server}) {
            selection_.is_kept[static_cast<std::size_t>(sender)].assign(trace.source->from(sender).packets.size(),
                                                                        true);
        }
        selection_.settled = trace.source->settled;
        selection_.settled.complete_until = std::max(selection_.settled.complete_until, trace.complete_until);
        selection_.settled.session_until = std::max(selection_.settled.session_until, trace.session_until);
    }

    void drop_settled() {
        if (trace_.is_tunnel) {
            drop_all_but_first();
            return;
        }
        drop_unreliable(side::client);
        drop_unreliable(side::server);
        drop_requests();
        drop_deliveries();
        drop_unmatched();
    }

    /// Nothing of what follows can be matched any more.
    void drop_all_but_login() {
        for (const traced_request& request : trace_.requests) {
            if (!is_login(request)) {
                drop_request(request);
            }
        }
        for (const traced_delivery& delivery : trace_.deliveries) {
            drop_delivery(delivery);
        }
        for (const observed_packet* error : trace_.unmatched_errors) {
            drop(side::client, *error);
        }
        drop_unreliable(side::client);
        drop_unreliable(side::server);
        selection_.settled.owing_until = UINT64_MAX;
        selection_.settled.has_lost_permissions = true;
    }

    [[nodiscard]] kept_packets take() {
        for (const side sender : {side::client, side::server}) {
            const auto& packets = trace_.source->from(sender).packets;
            for (std::size_t index = 0; index < packets.size(); ++index) {
                constexpr std::size_t text_bytes_usual = 128;
                const std::size_t text_bytes = packets[index].pseudo.size() + packets[index].message.size();
                selection_.count += is_kept(sender, index) ? 1 + text_bytes / text_bytes_usual : 0;
            }
        }
        selection_.settled.has_ambiguous_answers =
            selection_.settled.has_ambiguous_answers || trace_.ambiguous_from < trace_.deliveries.size();
        return std::move(selection_);
    }

private:
    [[nodiscard]] bool is_login(const traced_request& request) const {
        return request.packet->op == opcode::cr && request.packet->frame == trace_.login_frame;
    }

    [[nodiscard]] bool is_kept(side sender, std::size_t index) const {
        return selection_.is_kept[static_cast<std::size_t>(sender)][index];
    }

    void drop(side sender, const observed_packet& packet) {
        const direction_trace& direction = trace_.source->from(sender);
        const auto index = static_cast<std::size_t>(&packet - direction.packets.data());
        selection_.is_kept[static_cast<std::size_t>(sender)][index] = false;
        selection_.settled.is_any = true;
        if (sender == side::client && may_be_malformed(packet)) {
            selection_.settled.doubtful_from = std::min(selection_.settled.doubtful_from, packet.frame);
            selection_.settled.may_be_refused = true;
        }
    }

    void drop_request(const traced_request& request) {
        drop(side::client, *request.packet);
        for (const observed_packet* answer : {request.first_answer, request.second_answer}) {
            if (answer != nullptr) {
                drop(side::server, *answer);
            }
        }
        if (may_owe(request)) {
            const observed_packet* const answer = request.last_answer();
            selection_.settled.owing_until =
                std::max(selection_.settled.owing_until, answer == nullptr ? UINT64_MAX : answer->frame);
        }
        const bool is_lost = request.packet->op == opcode::rpm && is_last_rpm(request);
        selection_.settled.has_lost_permissions = selection_.settled.has_lost_permissions || is_lost;
    }

    void drop_delivery(const traced_delivery& delivery) {
        drop(side::server, *delivery.packet);
        if (delivery.answer != nullptr) {
            drop(side::client, *delivery.answer);
        }
    }

    /// Whether the request may still cause a delivery after its answer.
    static bool may_owe(const traced_request& request) {
        const observed_packet* const answer = request.last_answer();
        switch (request.packet->op) {
        case opcode::spm:
        case opcode::pc: return answer == nullptr || answer->code == code_unreachable;
        case opcode::sma: return answer == nullptr || answer->code != code_ok;
        case opcode::cr:
        case opcode::rpm:
        case opcode::error: break;
        }
        return false;
    }

    void drop_all_but_first() {
        for (const side sender : {side::client, side::server}) {
            const auto& packets = trace_.source->from(sender).packets;
            for (std::size_t index = 1; index < packets.size(); ++index) {
                if (packets[index].frame <= frames_.judged_until) {
                    drop(sender, packets[index]);
                }
            }
        }
    }

    void drop_unreliable(side sender) {
        const direction_trace& direction = trace_.source->from(sender);
        for (const observed_packet& packet : direction.packets) {
            const bool may_register = packet.op == opcode::cr && sender == side::client && !trace_.is_user();
            if (!direction.is_trusted(packet) && packet.frame <= frames_.judged_until && !may_register) {
                drop(sender, packet);
            }
        }
    }

    [[nodiscard]] bool is_settled(const traced_request& request) const {
        const observed_packet* const answer = request.last_answer();
        return answer != nullptr && answer->frame <= frames_.settled_until;
    }

    [[nodiscard]] bool is_last_rpm(const traced_request& request) const {
        const auto last = last_rpms_.find(request.packet->pseudo);
        return last != last_rpms_.end() && (last->second.last == &request || last->second.granted == &request);
    }

    void drop_requests() {
        find_permissions();
        const traced_request* last_settled = nullptr;
        for (const traced_request& request : trace_.requests) {
            last_settled = is_settled(request) ? &request : last_settled;
        }
        const traced_request* first_after_login = nullptr;
        for (const traced_request& request : trace_.requests) {
            if (first_after_login == nullptr && request.packet->op != opcode::cr) {
                first_after_login = &request;
                continue;
            }
            const bool is_unanswerable = trace_.unsolicited_answer != nullptr && request.first_answer == nullptr &&
                                         request.packet->frame <= frames_.judged_until;
            const bool is_needed = is_login(request) || &request == last_settled || kept_.contains(&request) ||
                                   request.packet == trace_.source->from(side::client).packets.data();
            if ((is_settled(request) || is_unanswerable) && !is_needed) {
                drop_request(request);
            }
        }
    }

    /// The RPMs that say to whom the client may write, and the SPMs that used a permission first. Later RPMs replace
    /// none while SPMs before them are not settled.
    void find_permissions() {
        for (const traced_request& request : trace_.requests) {
            if (!is_settled(request)) {
                break;
            }
            const std::string_view recipient = request.packet->pseudo;
            if (request.packet->op == opcode::rpm) {
                permission& entry = last_rpms_[recipient];
                entry.last = &request;
                if (request.first_answer != nullptr && request.first_answer->code == code_ok) {
                    entry.granted = &request;
                    entry.first_use = nullptr;
                }
            } else if (request.packet->op == opcode::spm) {
                const auto entry = last_rpms_.find(recipient);
                if (entry != last_rpms_.end() && entry->second.first_use == nullptr) {
                    entry->second.first_use = &request;
                }
            }
        }
        if (last_rpms_.size() > recipients_max) {
            return;  // all that are settled go
        }
        for (const auto& [recipient, entry] : last_rpms_) {
            kept_.insert({entry.last, entry.granted, entry.first_use});
        }
    }

    void drop_deliveries() {
        const auto is_old = [this](const observed_packet& packet) {
            return packet.frame <= frames_.settled_until && packet.frame < frames_.pending_from;
        };
        std::size_t count = 0;
        while (count < trace_.deliveries.size() && trace_.deliveries[count].answer != nullptr &&
               is_old(*trace_.deliveries[count].packet) && is_old(*trace_.deliveries[count].answer)) {
            ++count;
        }
        for (std::size_t index = 0; index + 1 < count; ++index) {  // the last one stays
            const traced_delivery& delivery = trace_.deliveries[index];
            const observed_packet* const first = trace_.source->from(side::client).packets.data();
            if (delivery.answer != first) {
                count_overdue(delivery);
                drop_delivery(delivery);
            }
        }
    }

    void count_overdue(const traced_delivery& delivery) {
        const bool is_soon = is_answered_within(delivery, timeout_min_ns);
        selection_.settled.overdue_deliveries = is_soon ? 0 : selection_.settled.overdue_deliveries + 1;
        if (selection_.settled.overdue_deliveries > overdue_deliveries_safe ||
            !is_answered_within(delivery, overdue_ns)) {
            selection_.settled.doubtful_from = 0;
        }
    }

    /// ERRORs that answer nothing, answers that nothing asked for, and packets that no server sends: the first of each
    /// stays, and the last ERROR, which may have crossed the next delivery.
    void drop_unmatched() {
        const auto& errors = trace_.unmatched_errors;
        for (std::size_t index = 1; index + 1 < errors.size(); ++index) {
            if (errors[index]->frame <= frames_.judged_until) {
                drop(side::client, *errors[index]);
            }
        }
        bool is_first = true;
        for (const observed_packet& packet : trace_.from_server().packets) {
            const bool is_late_answer = packet.op == opcode::error && trace_.unsolicited_answer != nullptr &&
                                        packet.offset > trace_.unsolicited_answer->offset;
            const bool is_invalid = packet.op == opcode::cr || packet.op == opcode::rpm || packet.op == opcode::sma;
            if ((is_late_answer || (is_invalid && !is_first)) && packet.frame <= frames_.judged_until) {
                drop(side::server, packet);
            }
            is_first = is_first && !is_invalid;
        }
    }

    struct permission {
        const traced_request* last{nullptr};
        const traced_request* granted{nullptr};
        const traced_request* first_use{nullptr};
    };

    const connection_trace& trace_;
    judged_frames frames_;
    kept_packets selection_;
    std::map<std::string_view, permission> last_rpms_;
    std::set<const traced_request*> kept_;
};

}  // namespace

kept_packets choose_kept_packets(const connection_trace& trace, const judged_frames& frames) {
    packet_chooser chooser{trace, frames};
    chooser.drop_settled();
    return chooser.take();
}

kept_packets keep_login(const connection_trace& trace, const judged_frames& frames) {
    packet_chooser chooser{trace, frames};
    chooser.drop_all_but_login();
    return chooser.take();
}

std::uint64_t first_pending_frame(const connection_trace& trace, std::uint64_t judged_until) {
    if (trace.is_tunnel) {
        return UINT64_MAX;
    }
    for (const traced_request& request : trace.requests) {
        const observed_packet* const answer = request.last_answer();
        const bool may_be_answered =
            trace.unsolicited_answer == nullptr && trace.from_server().is_trusted() && !trace.from_server().is_finished;
        if (answer == nullptr ? may_be_answered : answer->frame > judged_until) {
            return request.packet->frame;
        }
    }
    return UINT64_MAX;
}

}  // namespace chatos::conformance
