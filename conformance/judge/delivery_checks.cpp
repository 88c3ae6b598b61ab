// Every delivery of the server has a cause: an earlier request, from a user with that pseudo, for this recipient.
#include "judge/judge_context.hpp"
#include "judge/near_causes.hpp"
#include "judge/request_checks.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chatos::conformance {
namespace {

constexpr std::string_view dropped_cause = "a request that may have caused it was dropped to bound memory";

bool is_offer(const observed_packet& delivery) {
    return delivery.op == opcode::pc;
}

bool is_for(const observed_packet& request, const connection_trace& recipient, const observed_packet& delivery) {
    if (is_offer(delivery)) {
        return request.op == opcode::pc && request.pseudo == recipient.pseudo;
    }
    return request.message == delivery.message &&
           (request.op == opcode::sma || (request.op == opcode::spm && request.pseudo == recipient.pseudo));
}

/// Whether the rules let the request cause the delivery. Only its own SPM reaches the sender itself (ALL-2, PC-6).
bool may_cause(const connection_trace& sender, std::size_t index, const connection_trace& recipient,
               const observed_packet& delivery) {
    const traced_request& request = sender.requests[index];
    if (!is_for(*request.packet, recipient, delivery)) {
        return false;
    }
    return request.packet->op == opcode::spm ? request.may_have_permission /* PM-5 */ : &sender != &recipient;
}

/// Index of the first request from the offset `start` on that may have caused the delivery.
std::optional<std::size_t> find_cause(const connection_trace& sender, std::uint64_t start,
                                      const connection_trace& recipient, const observed_packet& delivery,
                                      std::uint64_t until) {
    const auto& lists = is_offer(delivery) ? sender.offers_by_recipient : sender.sent_by_message;
    const auto list =
        lists.find(is_offer(delivery) ? std::string_view{recipient.pseudo} : std::string_view{delivery.message});
    if (list == lists.end()) {
        return std::nullopt;
    }
    const auto first = std::partition_point(list->second.begin(), list->second.end(), [&](std::size_t index) {
        return sender.requests[index].packet->offset < start;
    });
    const auto last = std::partition_point(
        first, list->second.end(), [&](std::size_t index) { return sender.requests[index].packet->frame <= until; });
    const auto cause =
        std::find_if(first, last, [&](std::size_t index) { return may_cause(sender, index, recipient, delivery); });
    return cause == last ? std::nullopt : std::optional{*cause};
}

/// Whether the client itself sent the SMA or PC to itself that was delivered to it.
bool has_sent_to_self(const connection_trace& connection, const observed_packet& delivery) {
    const auto& lists = is_offer(delivery) ? connection.offers_by_recipient : connection.sent_by_message;
    const auto list =
        lists.find(is_offer(delivery) ? std::string_view{connection.pseudo} : std::string_view{delivery.message});
    return list != lists.end() && std::any_of(list->second.begin(), list->second.end(), [&](std::size_t index) {
               const observed_packet& packet = *connection.requests[index].packet;
               return packet.frame < delivery.frame && (is_offer(delivery) || packet.op == opcode::sma);
           });
}

/// Whether the server had refused all that this client had sent before the delivery.
bool is_refused(const connection_trace& recipient, const observed_packet& delivery) {
    if (!recipient.from_client().is_trusted() || recipient.source->settled.is_any) {
        return false;
    }
    const auto first_later =
        std::partition_point(recipient.requests.begin(), recipient.requests.end(),
                             [&](const traced_request& request) { return request.packet->frame < delivery.frame; });
    return std::all_of(recipient.requests.begin(), first_later, [&](const traced_request& request) {
        return request.first_answer != nullptr && request.first_answer->offset < delivery.offset &&
               request.first_answer->code != code_ok;
    });
}

/// Whether the bytes contain the message after its size.
bool contains_message(std::span<const std::byte> bytes, std::string_view message) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    std::string wanted;
    for (unsigned shift = 32; shift != 0; shift -= 8) {
        wanted += static_cast<char>(message.size() >> (shift - 8) & 0xFFU);
    }
    return text.find(wanted.append(message)) != std::string_view::npos;
}

class delivery_checks {
public:
    explicit delivery_checks(judge_context& context) : context_{context} {}

    void check(const connection_trace& recipient) {
        for (const traced_delivery& delivery : recipient.deliveries) {
            check_delivery(recipient, *delivery.packet);
        }
    }

    /// ALL-8: an SMA that was certainly processed before the recipient registered.
    void check_latecomers() {
        std::unordered_map<const traced_request*, std::uint64_t> processed_by;  // a delivery shows it, too
        for (const matched_delivery& match : matches_) {
            const auto [entry, is_new] = processed_by.emplace(match.cause, match.cause->processed_by);
            entry->second = std::min(entry->second, match.delivery->frame);
        }
        for (const matched_delivery& match : matches_) {
            const observed_packet& request = *match.cause->packet;
            if (request.op != opcode::sma) {
                continue;
            }
            std::uint64_t& processed = processed_by.at(match.cause);
            if (request.frame < match.recipient->login_frame) {
                processed = std::min(processed, processed_before(context_, *match.sender, *match.cause));
            }
            if (processed < context_.earliest(match.recipient->login_frame) &&
                match.sender->source->settled.owing_until < match.recipient->login_frame &&
                match.sender->sent_by_message.at(request.message).size() == 1) {
                context_.failed("ALL-8", *match.recipient, *match.delivery,
                                "no delivery: the SMA was processed before this client sent its CR",
                                describe(*match.delivery, side::server));
            } else {
                context_.passed("ALL-8");
            }
        }
    }

private:
    struct matched_delivery {
        const connection_trace* recipient;
        const observed_packet* delivery;
        const connection_trace* sender;
        const traced_request* cause;
    };

    void check_delivery(const connection_trace& recipient, const observed_packet& delivery) {
        if (!context_.is_due(delivery.frame)) {
            return;
        }
        if (recipient.first_login_frame >= delivery.frame) {
            if (recipient.from_client().is_trusted()) {
                context_.failed(is_offer(delivery) ? "PC-1" : "ALL-7", recipient, delivery,
                                "no delivery: this client has sent no CR", describe(delivery, side::server));
            }
            return;
        }
        if (!recipient.is_user() || delivery.frame < recipient.registered_frame) {
            if (is_refused(recipient, delivery)) {
                context_.failed(is_offer(delivery) ? "PC-1" : "ALL-7", recipient, delivery,
                                "no delivery: no CR of this client was answered with 0",
                                describe(delivery, side::server));
            }
            return;
        }
        const std::string_view rule = is_offer(delivery) ? "PC-1" : "PM-3";
        const connection_trace* sender = certain_sender(recipient, delivery);
        if (sender != nullptr) {
            check_cause(recipient, delivery, *sender);
        } else if (has_any_cause(recipient, delivery)) {
            context_.passed(rule);
        } else if (context_.is_complete()) {
            report_without_cause(recipient, delivery, nullptr);
        } else if (const connection_trace* const source = malformed_source(delivery)) {
            const direction_trace& output = source->from_server();
            const bool is_refused = output.end != direction_end::open ||
                                    (!output.packets.empty() && output.packets.back().code == code_refused);
            context_.failed(is_refused ? "ERR-1" : source->from_client().malformed->rule, recipient, delivery,
                            "no delivery of what followed malformed bytes of " + source->stream_name(),
                            describe(delivery, side::server));
        } else {
            context_.inconclusive(rule, recipient, "it is not known who held " + quoted(delivery.pseudo));
        }
    }

    /// The only connection that can have caused a delivery with that pseudo: it registered before the recipient sent
    /// its CR, and was still registered at the delivery.
    [[nodiscard]] const connection_trace* certain_sender(const connection_trace& recipient,
                                                         const observed_packet& delivery) const {
        const connection_trace* const user =
            context_.complete_user(delivery.pseudo, recipient.login_frame, delivery.frame);
        return recipient.is_user() && recipient.pseudo == delivery.pseudo && (user == nullptr || &recipient < user)
                   ? &recipient
                   : user;
    }

    void check_cause(const connection_trace& recipient, const observed_packet& delivery,
                     const connection_trace& sender) {
        if (&sender == &recipient && !recipient.from_client().is_trusted()) {
            return;
        }
        search_start& start = context_.start_of_search(recipient, sender);
        std::uint64_t& next = is_offer(delivery) ? start.offers : start.messages;
        const std::optional<std::size_t> cause =
            find_cause(sender, next, recipient, delivery, context_.latest(delivery.frame));
        if (!cause && recipient.login_frame <= sender.source->settled.owing_until) {
            context_.inconclusive(is_offer(delivery) ? "PC-1" : "PM-3", recipient, dropped_cause);
            return;
        }
        if (!cause) {
            report_without_cause(recipient, delivery, &sender);
            return;
        }
        const traced_request& request = sender.requests[*cause];
        next = request.packet->offset + 1;
        matches_.push_back({&recipient, &delivery, &sender, &request});
        context_.passed(is_offer(delivery) ? "PC-1" : request.packet->op == opcode::sma ? "ALL-1" : "PM-3");
    }

    [[nodiscard]] bool has_any_cause(const connection_trace& recipient, const observed_packet& delivery) const {
        return context_.find_latest_user(delivery.pseudo, delivery.frame, [&](const connection_trace* user) {
            return find_cause(*user, 0, recipient, delivery, context_.latest(delivery.frame)).has_value();
        }) != nullptr;
    }

    /// A connection of the sender's pseudo whose malformed bytes contain this message: nobody else sends the same by
    /// chance.
    [[nodiscard]] const connection_trace* malformed_source(const observed_packet& delivery) const {
        constexpr std::size_t message_bytes_min = 8;
        if (is_offer(delivery) || delivery.message.size() < message_bytes_min) {
            return nullptr;
        }
        const auto has_sent = [&](const connection_trace* user) {
            const auto& malformed = user->from_client().malformed;
            return malformed && malformed->frame < delivery.frame && malformed->rule != "WIRE-14" &&
                   contains_message(malformed->bytes, delivery.message);
        };
        return context_.find_latest_user(delivery.pseudo, delivery.frame, has_sent);
    }

    void report_without_cause(const connection_trace& recipient, const observed_packet& delivery,
                              const connection_trace* sender) {
        context_.failed(closest_rule(recipient, delivery, sender), recipient, delivery,
                        "a delivery that an earlier request of " + quoted(delivery.pseudo) + " caused",
                        describe(delivery, side::server) + ", which no request caused");
    }

    /// The rule about the request that comes closest to a cause.
    std::string_view closest_rule(const connection_trace& recipient, const observed_packet& delivery,
                                  const connection_trace* sender) {
        const bool is_own = sender == &recipient;
        if (is_own && has_sent_to_self(recipient, delivery)) {
            return is_offer(delivery) ? "PC-6" : "ALL-2";
        }
        const connection_trace* const scope = is_own ? nullptr : sender;
        const auto has_failed = [&](const connection_trace* user) {
            const auto& malformed = user->from_client().malformed;
            return (scope == nullptr || user == scope) && malformed && malformed->frame < delivery.frame;
        };
        if (!near_causes_) {
            near_causes_.emplace(context_.connections());
        }
        const bool is_after_malformed =
            context_.find_latest_user(delivery.pseudo, delivery.frame, has_failed) != nullptr;
        const bool is_without_permission =
            !is_offer(delivery) &&
            near_causes_->has_unpermitted_spm(scope, recipient.pseudo, delivery.message, delivery.frame);
        const bool is_sma =
            !is_offer(delivery) && (is_own ? near_causes_->has_sma(delivery.message, delivery.frame)
                                           : near_causes_->has_sma_only(scope, recipient, delivery.frame));
        return is_after_malformed                                     ? "ERR-1"
               : near_causes_->has_early_request(recipient, delivery) ? "CONN-8"
               : is_without_permission && !is_own                     ? "PM-5"
               : is_offer(delivery)                                   ? "PC-1"
               : is_sma                                               ? "ALL-1"
                                                                      : "PM-3";
    }

    judge_context& context_;
    std::vector<matched_delivery> matches_;
    std::optional<near_causes> near_causes_;  // made for the first delivery without a cause
};

}  // namespace

void check_deliveries(judge_context& context) {
    if (!context.settings().judges_server) {
        return;
    }
    delivery_checks checks{context};
    for (const connection_trace& connection : context.connections()) {
        checks.check(connection);
    }
    checks.check_latecomers();
}

}  // namespace chatos::conformance
