// What all checks share: the connections as they were understood, who may have held a pseudo when, and the account of
// what was kept, broken and could not be told.
#pragma once

#include "judge/heard_talk.hpp"
#include "judge/judgement.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance {

class court {
public:
    court(const conversation& heard, const judge_settings& settings);

    [[nodiscard]] const std::vector<heard_talk>& talks() const noexcept { return talks_; }
    [[nodiscard]] const judge_settings& settings() const noexcept { return settings_; }

    /// Whoever is seen is all there is: nobody else held a pseudo or sent anything.
    [[nodiscard]] bool is_complete() const noexcept { return is_complete_; }
    /// The connection that held the pseudo during everything between the two frames, for certain; or null.
    [[nodiscard]] const heard_talk* holder(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const;
    /// Somebody seen may have held the pseudo at some time between the two frames.
    [[nodiscard]] bool may_be_held(const std::string& pseudo, std::uint64_t from, std::uint64_t until) const;
    /// Connections that ever were users under this pseudo.
    [[nodiscard]] const std::vector<const heard_talk*>& users_named(const std::string& pseudo) const;
    /// Whether an answer may come from a time-out: what it answers was sent at `from`.
    [[nodiscard]] bool may_be_timeout(const spoken& from, const spoken& answer, bool of_offer) const noexcept;

    /// The rule was seen to be kept.
    void kept(std::string_view rule);
    /// Whether it was kept cannot be told, because of `why`.
    void undecided(std::string_view rule, const heard_talk& who, std::string_view why);
    /// The server broke it, as `shown` shows.
    void broken(std::string_view rule, const heard_talk& who, const spoken& shown, std::string expected,
                std::string came);
    /// The client broke it.
    void broken_by_client(std::string_view rule, const heard_talk& who, const spoken& shown, std::string expected,
                          std::string came);
    void blame(violation what);

    [[nodiscard]] judgement rule();

private:
    struct tally {
        std::size_t kept{0};
        std::size_t broken{0};
        std::size_t undecided{0};
        std::string reason;
    };

    judge_settings settings_;
    std::vector<heard_talk> talks_;
    std::map<std::string, std::vector<const heard_talk*>> users_;
    std::map<std::string, std::vector<const heard_talk*>>
        claimants_;  ///< users, and those whose CR may have been granted
    std::map<std::string_view, tally> tallies_;
    std::vector<violation> violations_;
    bool is_complete_{false};
};

/// `an ERROR 4`, `an SPM from "alice" with 5 bytes`.
[[nodiscard]] std::string described(const spoken& one, speaker by);
/// In quotes, escaped for a terminal, and not all of a long text.
[[nodiscard]] std::string quoted(const std::string& text);
[[nodiscard]] std::string answer_text(std::uint8_t code);

void check_bytes(court& before);       // WIRE: what either side sent
void check_requests(court& before);    // CONN, PM, ALL, PC: the answers to requests
void check_answers_to(court& before);  // FLOW-1: as many as there are requests
void check_deliveries(court& before);  // PM-3, ALL, PC-1: what is delivered has a cause
void check_clients(court& before);     // CLI

}  // namespace chatos::conformance
