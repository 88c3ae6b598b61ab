// One connection of a conversation, understood: which answer belongs to which request, which ERROR of the client to
// which delivery, from when on it was a user for certain, and until when everything about it is known.
#pragma once

#include "judge/conversation.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chatos::conformance {

/// A client's request with the answers that FLOW-1 gives it.
struct heard_request {
    const spoken* said{nullptr};
    const spoken* first{nullptr};
    const spoken* second{nullptr};      ///< of a PC whose first answer is 0
    bool from_user{false};              ///< its client is registered when the server reaches it
    std::uint64_t done_by{UINT64_MAX};  ///< a frame before which the server has processed it for certain

    // Of an SPM: what its client has asked before.
    const heard_request* last_rpm{nullptr};        ///< the last RPM for that recipient
    const heard_request* favourable_rpm{nullptr};  ///< the last one that was answered with 0
    bool may_have_asked{false};                    ///< one of them was answered with 0, or its answer is not known
    bool is_first_since_rpm{false};                ///< PM-6: the favourable RPM is neither used nor forgotten

    [[nodiscard]] bool wants_second() const noexcept {
        return said->op == opcode::pc && first != nullptr && first->code == 0;
    }
    [[nodiscard]] const spoken* last_answer() const noexcept { return wants_second() ? second : first; }
};

/// An SPM or PC from the server with the client's answer (FLOW-2).
struct heard_delivery {
    const spoken* said{nullptr};
    const spoken* answer{nullptr};
};

struct heard_talk {
    const talk* of{nullptr};
    bool is_tunnel{false};                   ///< begins with a PC: perhaps the end of a tunnel, and not judged
    std::vector<heard_request> requests;     ///< as far as they are to be relied upon
    std::vector<heard_delivery> deliveries;  ///< likewise
    std::vector<const spoken*> strays;       ///< ERRORs of the client when it had nothing to answer
    /// From this delivery on it cannot be told which ERROR answers which.
    std::size_t attributed_deliveries{SIZE_MAX};
    const spoken* unasked{nullptr};  ///< an answer that nothing asked for; nothing behind it is understood

    // Indexes into requests and deliveries; the texts are those of the conversation.
    using index_list = std::vector<std::size_t>;
    std::map<std::string_view, index_list> sent;                                   ///< SPM and SMA by message
    std::map<std::string_view, index_list> offered;                                ///< PC by pseudo
    std::map<std::pair<std::string_view, std::string_view>, index_list> received;  ///< SPM by sender and message
    std::map<std::string_view, index_list> offers;                                 ///< PC by sender
    std::vector<std::pair<std::string_view, std::uint64_t>>
        open_claims;  ///< CRs whose answer is not known, with their frame

    std::string pseudo;            ///< that it registered under
    std::uint64_t claimed{0};      ///< frame of that CR; 0: never registered
    std::uint64_t registered{0};   ///< frame of the ERROR 0 for it
    std::uint64_t known_until{0};  ///< what was sent by and to this client before this frame is all known

    [[nodiscard]] bool is_user() const noexcept { return registered != 0; }
    /// A user for certain during everything between the two frames, and all about it known for that time.
    [[nodiscard]] bool is_certain(std::uint64_t from, std::uint64_t until) const noexcept {
        return is_user() && registered < from && known_until > until;
    }
    /// Perhaps the holder of a pseudo at some time between the two frames, as far as what was seen goes.
    [[nodiscard]] bool may_be(const std::string& name, std::uint64_t from, std::uint64_t until) const noexcept;
    /// Whether the answer may be the server's last word before it closes (ERR-2, ERR-4, FLOW-10).
    [[nodiscard]] bool may_be_farewell(const spoken& answer, bool from_user) const noexcept;
    /// Of a list of deliveries those that came after the frame.
    [[nodiscard]] std::span<const std::size_t> after(const index_list& list, std::uint64_t frame) const noexcept;
    [[nodiscard]] const utterances& client() const noexcept { return of->by(speaker::client); }
    [[nodiscard]] const utterances& server() const noexcept { return of->by(speaker::server); }
};

[[nodiscard]] heard_talk understand(const talk& one);

}  // namespace chatos::conformance
