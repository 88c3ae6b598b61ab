// One observed connection with its packets related to each other: which answer belongs to which request, which ERROR of
// the client to which delivery, since when the client is certainly registered, and until when everything is known.
#pragma once

#include "judge/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::conformance {

/// A client's request with its answers (FLOW-1).
struct traced_request {
    const observed_packet* packet{nullptr};
    const observed_packet* first_answer{nullptr};
    const observed_packet* second_answer{nullptr};  ///< of a PC whose first answer is 0
    /// An earlier PC of this client whose first answer is 0: the last one.
    const traced_request* earlier_offer{nullptr};
    bool is_from_user{false};                ///< the client is registered when the server processes it
    std::uint64_t processed_by{UINT64_MAX};  ///< the server has certainly processed it before this frame

    // For an SPM: the earlier RPMs of its client for the same recipient.
    const traced_request* last_rpm{nullptr};
    const traced_request* granted_rpm{nullptr};  ///< the last one answered with 0
    bool may_have_permission{false};             ///< one was answered with 0, or has no known answer
    bool is_first_use{false};                    ///< PM-6: the permission is neither used up nor forgotten

    [[nodiscard]] bool expects_second_answer() const noexcept {
        return packet->op == opcode::pc && first_answer != nullptr && first_answer->code == 0;
    }
    [[nodiscard]] const observed_packet* last_answer() const noexcept {
        return expects_second_answer() ? second_answer : first_answer;
    }
};

/// An SPM or PC from the server with the client's answer (FLOW-2).
struct traced_delivery {
    const observed_packet* packet{nullptr};
    const observed_packet* answer{nullptr};

    [[nodiscard]] bool is_answered_before(std::uint64_t frame) const noexcept {
        return answer != nullptr && answer->frame < frame;
    }
};

struct connection_trace {
    const connection* source{nullptr};
    bool is_tunnel{false};                                 ///< begins with a PC: perhaps a tunnel's end; not judged
    std::vector<traced_request> requests;                  ///< the trusted ones
    std::vector<traced_delivery> deliveries;               ///< the trusted ones
    std::vector<const observed_packet*> unmatched_errors;  ///< ERRORs of the client that answer no delivery
    std::size_t ambiguous_from{SIZE_MAX};                  ///< answers of deliveries from this index on are uncertain
    const observed_packet* unsolicited_answer{nullptr};    ///< answers no request; later answers are not matched

    // Indexes into requests and deliveries. The texts belong to `source`.
    using index_list = std::vector<std::size_t>;
    std::map<std::string_view, index_list> sent_by_message;                                 ///< SPM and SMA
    std::map<std::string_view, index_list> offers_by_recipient;                             ///< PC
    std::map<std::pair<std::string_view, std::string_view>, index_list> received_messages;  ///< by sender and message
    std::map<std::string_view, index_list> received_offers;                                 ///< by sender

    /// Pseudo and frame of each CR without a known answer.
    std::vector<std::pair<std::string_view, std::uint64_t>> unanswered_logins;

    std::uint64_t first_frame{UINT64_MAX};        ///< of all its packets
    std::uint64_t first_login_frame{UINT64_MAX};  ///< of its first CR
    std::string pseudo;                           ///< that it registered
    std::uint64_t login_frame{0};                 ///< of that CR; 0: never registered
    std::uint64_t registered_frame{0};            ///< of the ERROR 0 that answers it
    std::uint64_t complete_until{0};              ///< every packet from and to this client before this frame is known
    /// From this frame on the rules may let the server end the session by itself (ERR-2, ERR-4, FLOW-10).
    std::uint64_t may_be_closed_from{0};
    /// The client is registered from `registered_frame` to this frame, and every packet from it before is known.
    std::uint64_t session_until{0};

    [[nodiscard]] bool is_user() const noexcept { return registered_frame != 0; }
    /// Registered during the whole interval, with all packets of the client known.
    [[nodiscard]] bool has_session(std::uint64_t from, std::uint64_t until) const noexcept {
        return is_user() && registered_frame < from && session_until > until;
    }
    /// Registered during the whole interval, with all its packets known.
    [[nodiscard]] bool is_certain_user(std::uint64_t from, std::uint64_t until) const noexcept {
        return is_user() && registered_frame < from && complete_until > until;
    }
    /// Whether it may have held the pseudo at some time in the interval.
    [[nodiscard]] bool may_hold(const std::string& name, std::uint64_t from, std::uint64_t until) const noexcept;
    /// Whether the answer may be the last ERROR 5 before the server closes (ERR-2, ERR-4, FLOW-10).
    [[nodiscard]] bool may_be_final_error(const observed_packet& answer, bool is_from_user) const noexcept;
    /// The deliveries of a list that came after the frame.
    [[nodiscard]] std::span<const std::size_t> deliveries_after(const index_list& list,
                                                                std::uint64_t frame) const noexcept;
    /// It may have been there from this frame on: the first frame known, or 0 if its beginning is not known.
    [[nodiscard]] std::uint64_t begin_frame() const noexcept;
    /// The last frame that either side sent, or UINT64_MAX while one of them has not ended.
    [[nodiscard]] std::uint64_t end_frame() const noexcept;
    [[nodiscard]] const direction_trace& from_client() const noexcept { return source->from(side::client); }
    [[nodiscard]] const direction_trace& from_server() const noexcept { return source->from(side::server); }
    /// `stream 3`.
    [[nodiscard]] std::string stream_name() const { return "stream " + std::to_string(source->stream); }
};

/// Sets `may_be_closed_from` and `session_until`, and moves `complete_until` if more is known.
void trace_session(connection_trace& trace);
/// `source` must outlive the result.
[[nodiscard]] connection_trace trace_connection(const connection& source);

}  // namespace chatos::conformance
