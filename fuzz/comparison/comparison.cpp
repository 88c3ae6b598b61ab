#include "comparison/comparison.hpp"

#include "base/hex.hpp"
#include "comparison/history.hpp"
#include "core/server.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

namespace chatos::fuzz {

namespace {

using namespace std::chrono_literals;
using time = std::chrono::nanoseconds;

constexpr std::size_t capacity = 3;
constexpr auto answer_timeout = 100ms;
constexpr auto pc_timeout = 300ms;
constexpr auto login_timeout = 750ms;
// Every step has a moment of its own, and no client is closed because of timeouts (FLOW-10): otherwise
// a client could be closed at the very moment at which it should get an answer, and the order of the two is open.
constexpr time step_time = 1'001ns;

/// What one place has seen of its connection.
struct client_view {
    std::string bytes;
    bool closed{false};

    friend bool operator==(const client_view&, const client_view&) = default;
};
using seen_by_all = std::array<client_view, history_places>;

/// The core, with a driver that writes at once whatever there is.
class core_side {
public:
    core_side() : core_{bounds()} {}

    void connect(unsigned place, time now) {
        ids_[place] = core_.connect(at(now));
        views_[place] = {};
        sync(now);
    }
    void receive(unsigned place, std::string_view bytes, time now) {
        core_.advance(at(now));
        sync(now);
        if (ids_[place] && core_.wants_input(*ids_[place])) {
            core_.receive(*ids_[place], std::as_bytes(std::span{bytes}), at(now));
        }
        sync(now);
    }
    void end(unsigned place, time now) {
        core_.advance(at(now));
        sync(now);
        if (ids_[place]) {
            core_.end_of_input(*ids_[place], at(now));
        }
        sync(now);
    }
    void lost(unsigned place, time now) {
        core_.advance(at(now));
        sync(now);
        if (ids_[place]) {
            core_.lost(*ids_[place], at(now));
            ids_[place].reset();
        }
        sync(now);
    }
    void pass(time now) {
        core_.advance(at(now));
        sync(now);
    }

    [[nodiscard]] const seen_by_all& views() const noexcept { return views_; }
    [[nodiscard]] std::size_t users() const { return core_.count().users; }

private:
    static core::options bounds() {
        core::options options;
        options.users_max = capacity;
        options.answer_timeout = answer_timeout;
        options.pc_timeout = pc_timeout;
        options.login_timeout = login_timeout;
        options.tunnels = false;
        options.unregistered_packet_bytes_max = packet_bytes_max(options.packet_limits);  // the model has no such bound
        options.timeouts_in_a_row_max = 1'000'000;
        return options;
    }
    static core::time_point at(time now) { return core::time_point{} + now; }

    void sync(time now) {
        while (core_.has_work()) {
            core_.run(at(now));
        }
        while (const auto changed = core_.next_changed()) {
            const auto place = std::find(ids_.begin(), ids_.end(), changed);
            if (place != ids_.end()) {
                follow(static_cast<unsigned>(place - ids_.begin()), now);
            }
        }
    }

    void follow(unsigned place, time now) {
        const core::connection_id id = *ids_[place];
        std::array<std::span<const std::byte>, 16> pieces;
        for (std::size_t count = core_.gather(id, pieces); count != 0; count = core_.gather(id, pieces)) {
            std::size_t bytes = 0;
            for (const auto& piece : std::span{pieces}.first(count)) {
                views_[place].bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
                bytes += piece.size();
            }
            core_.wrote(id, bytes, at(now));
        }
        if (core_.close_action_of(id) != core::close_action::none) {
            views_[place].closed = true;
            core_.lost(id, at(now));
            ids_[place].reset();
        }
    }

    core::server core_;
    std::array<std::optional<core::connection_id>, history_places> ids_{};
    seen_by_all views_{};
};

class model_side {
public:
    explicit model_side(const conformance::fault_set& faults) : model_{settings(faults)} {}

    void connect(unsigned place, time now) {
        ids_[place] = next_++;
        views_[place] = {};
        model_.connect(ids_[place], now);
        take_output();
    }
    void receive(unsigned place, std::string_view bytes, time now) {
        model_.receive(ids_[place], std::as_bytes(std::span{bytes}), now);
        take_output();
    }
    void end(unsigned place, time now) {
        model_.end(ids_[place], now);
        take_output();
    }
    void lost(unsigned place, time now) {
        model_.lost(ids_[place], now);
        take_output();
    }
    void pass(time now) {
        model_.tick(now);
        take_output();
    }

    [[nodiscard]] const seen_by_all& views() const noexcept { return views_; }
    [[nodiscard]] std::size_t users() const { return model_.users(); }

private:
    static conformance::model_settings settings(const conformance::fault_set& faults) {
        conformance::model_settings settings;
        settings.capacity = capacity;
        settings.answer_timeout = answer_timeout;
        settings.pc_timeout = pc_timeout;
        settings.login_timeout = login_timeout;
        settings.wire.faults = faults;
        settings.wire.variants.add(conformance::variant::silent_users_stay);
        return settings;
    }

    void take_output() {
        for (const conformance::model_output& output : model_.take_output()) {
            const auto place = std::find(ids_.begin(), ids_.end(), output.connection);
            if (place != ids_.end()) {
                client_view& client = views_[static_cast<std::size_t>(place - ids_.begin())];
                client.bytes += output.bytes;
                client.closed = client.closed || output.action != conformance::model_output::kind::bytes;
            }
        }
    }

    conformance::model model_;
    std::array<conformance::connection_id, history_places> ids_{};
    conformance::connection_id next_{1};
    seen_by_all views_{};
};

void tell(auto& side, const history_step& step, time now) {
    switch (step.kind) {
    case event_kind::connect: side.connect(step.place, now); break;
    case event_kind::bytes: side.receive(step.place, step.bytes, now); break;
    case event_kind::end: side.end(step.place, now); break;
    case event_kind::lost: side.lost(step.place, now); break;
    case event_kind::wait: side.pass(now); break;
    }
}

std::string received_text(const client_view& client) {
    const std::string bytes = client.bytes.empty() ? "nothing" : base::to_hex(client.bytes, " ");
    return ' ' + bytes + (client.closed ? ", closed" : "");
}

/// What the first place that differs has seen on either side.
std::optional<std::string> difference(const core_side& core, const model_side& model) {
    for (unsigned place = 0; place < history_places; ++place) {
        if (core.views()[place] != model.views()[place]) {
            return "connection " + std::to_string(place) + " has from the core" + received_text(core.views()[place]) +
                   "; from the model" + received_text(model.views()[place]);
        }
    }
    if (core.users() != model.users()) {
        return "the core has " + std::to_string(core.users()) + " users, the model " + std::to_string(model.users());
    }
    return std::nullopt;
}

verdict play(std::span<const std::byte> input, const conformance::fault_set& faults, std::string* transcript) {
    core_side core;
    model_side model{faults};
    time now{0};
    unsigned number = 0;
    for (const history_step& step : history_of(input)) {
        now += step_time + step.time;
        tell(core, step, now);
        tell(model, step, now);
        if (transcript != nullptr) {
            *transcript += std::to_string(number) + "  " + in_words(step) + '\n';
        }
        if (auto difference_found = difference(core, model)) {
            return failure{"two-readings",
                           "after step " + std::to_string(number) + ", " + in_words(step) + ": " + *difference_found};
        }
        ++number;
    }
    return std::nullopt;
}

}  // namespace

verdict check_model(std::span<const std::byte> input) {
    return check_model(input, {});
}

verdict check_model(std::span<const std::byte> input, const conformance::fault_set& faults) {
    return play(input, faults, nullptr);
}

std::string describe_two_readings(std::span<const std::byte> input) {
    std::string text;
    const verdict broken = play(input, {}, &text);
    return text + (broken ? broken->detail : "no difference") + '\n';
}

}  // namespace chatos::fuzz
