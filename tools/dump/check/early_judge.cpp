#include "dump/check/early_judge.hpp"

#include <algorithm>
#include <utility>

namespace chatos::dump {

using conformance::connection;
using conformance::direction_trace;
using conformance::running_judge;
using conformance::side;
using conformance::trace;
using conformance::violation;

namespace {

constexpr std::string_view incomplete_reason = "bytes of it that exist were not captured so far";

std::uint64_t number_of(std::uint32_t stream, side sender) noexcept {
    return direction_number(stream, sender == side::client ? stream_direction::client_to_server
                                                           : stream_direction::server_to_client);
}

/// Of the packet that shows a violation, whatever the rule.
std::uint64_t place_of(const violation& violation_at) noexcept {
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15ULL;
    return (violation_at.frame * odd ^ number_of(violation_at.stream, violation_at.sender)) * odd ^ violation_at.offset;
}

}  // namespace

temporary_distrust::temporary_distrust(trace& observed, const incomplete_directions& incomplete) : observed_{observed} {
    if (incomplete.numbers().empty()) {
        return;
    }
    for (connection& source : observed_.connections) {
        for (const side sender : {side::client, side::server}) {
            const std::uint64_t number = number_of(source.stream, sender);
            if (!incomplete.numbers().contains(number)) {
                continue;
            }
            direction_trace& direction = source.from(sender);
            former_trust former{direction.trusted_until, direction.distrust_reason, 0};
            direction.distrust(
                direction.packets.empty() ? 0 : direction.packets.back().offset + direction.packets.back().length,
                incomplete_reason);
            former.changed_until = direction.trusted_until;
            former_.emplace(number, former);
        }
    }
    has_found_all_ = former_.size() == incomplete.numbers().size();
}

temporary_distrust::~temporary_distrust() {
    if (former_.empty()) {
        return;
    }
    for (connection& source : observed_.connections) {
        for (const side sender : {side::client, side::server}) {
            const auto changed = former_.find(number_of(source.stream, sender));
            direction_trace& direction = source.from(sender);
            if (changed != former_.end() && direction.trusted_until == changed->second.changed_until) {
                direction.trusted_until = changed->second.until;
                direction.distrust_reason = changed->second.reason;
            }
        }
    }
}

std::vector<violation> early_judge::look(const running_judge& settled, const trace& observed, std::uint64_t changes) {
    constexpr int pause_factor = 10;
    const time_point began = now_();
    due_at_ = began + interval;
    if (std::exchange(changes_seen_, changes) == changes && suspected_.empty()) {
        return {};
    }
    running_judge ahead = settled;
    ahead.judge_rest(observed);
    verdicts_ = ahead.verdicts();
    std::vector<violation> certain;
    violation_counts places;
    for (violation& each : ahead.take_violations()) {
        const std::uint64_t place = place_of(each);
        const std::size_t number = ++places[place];
        const auto suspected = suspected_.find(place);
        std::size_t& shown = shown_[place];
        if (number > shown && suspected != suspected_.end() && number <= suspected->second) {
            ++shown;
            certain.push_back(std::move(each));
        } else if (shown == 0) {
            shown_.erase(place);
        }
    }
    // What has been shown needs no other look.
    suspected_ = std::move(places);
    std::erase_if(suspected_, [this](const auto& entry) {
        const auto shown = shown_.find(entry.first);
        return shown != shown_.end() && shown->second >= entry.second;
    });
    due_at_ = std::max(due_at_, now_() + pause_factor * (now_() - began));
    return certain;
}

bool early_judge::take_shown(const violation& settled) {
    const auto shown = shown_.find(place_of(settled));
    if (shown == shown_.end()) {
        return false;
    }
    if (--shown->second == 0) {
        shown_.erase(shown);
    }
    return true;
}

void early_judge::clear() {
    changes_seen_ = 0;
    suspected_.clear();
    shown_.clear();
    verdicts_.clear();
}

}  // namespace chatos::dump
