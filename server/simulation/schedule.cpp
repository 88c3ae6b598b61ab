#include "simulation/schedule.hpp"

#include "core/frame.hpp"
#include "core/input_buffer.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace chatos::core::simulation {

using std::chrono::milliseconds;

options bounds_of(const setting& setting) {
    base::seeded_random random{setting.seed * 2 + 1};
    options bounds{};
    bounds.packet_limits = smallest_legal_limits;
    bounds.tunnels = false;
    const auto packet_bytes = static_cast<std::uint32_t>(packet_bytes_max(bounds.packet_limits));
    const bool roomy = random.one_in(2);
    const auto choose = [&](std::uint32_t least, std::uint32_t range) { return least + random.below(range); };
    bounds.users_max = random.one_in(3) ? std::max(1U, setting.users * 3 / 4) : setting.users + 1;
    bounds.unregistered_max = random.one_in(3) ? std::max(2U, setting.users / 4) : setting.users * 2;
    bounds.deliveries_unanswered_max = roomy ? 4'096 : choose(2, 60);
    bounds.output_bytes_max = roomy ? 1U << 20U : choose(packet_bytes, 5'000);
    bounds.timeouts_in_a_row_max = choose(1, 10);
    bounds.work_per_slice_max = random.one_in(2) ? 1'024 : choose(1, 30);
    bounds.receive_bytes_max = random.one_in(2) ? 65'536 : choose(1, 400);
    bounds.answer_timeout = milliseconds{choose(50, 5'000)};
    bounds.pc_timeout = bounds.answer_timeout + milliseconds{choose(0, 20'000)};
    bounds.login_timeout = milliseconds{choose(100, 10'000)};
    bounds.flush_timeout = milliseconds{choose(10, 5'000)};
    bounds.linger_timeout = milliseconds{choose(10, 1'000)};
    bounds.drain_timeout = milliseconds{choose(10, 3'000)};
    if (random.one_in(4)) {
        bounds.total_output_bytes_max =
            frame::memory_bytes(packet_bytes) + memory_tally::queue_entry_bytes + choose(1, setting.users * 200);
    }
    if (random.one_in(4)) {
        bounds.total_input_bytes_max =
            input_buffer::memory_bytes_max(bounds.receive_bytes_max + packet_bytes) + choose(1, 4'096);
    }
    return bounds;
}

schedule::schedule(const setting& setting) : random_{setting.seed * 2}, users_{setting.users} {
    // About as many deliveries by broadcasts as by everything else together, however many hear them.
    broadcasts_in_1000_ = std::clamp(8'000U / users_, 3U, 200U);
    in_fragments_ = random_.one_in(2);
    drains_ = random_.one_in(2);
}

act schedule::some_act() {
    struct weight {
        act kind;
        std::uint32_t in_10000;
    };
    static constexpr std::array weights{
        weight{act::join, 1'000},        weight{act::ask, 500},       weight{act::write, 4'000},
        weight{act::write_unasked, 200}, weight{act::offer, 700},     weight{act::claim, 150},
        weight{act::answer, 500},        weight{act::stray, 150},     weight{act::burst, 16},
        weight{act::malformed, 25},      weight{act::unfinished, 15}, weight{act::end, 60},
        weight{act::reset, 50},          weight{act::reads_all, 40},  weight{act::reads_slowly, 20},
        weight{act::reads_nothing, 12},  weight{act::read_some, 20},  weight{act::answers_all, 80},
        weight{act::answers_told, 20},   weight{act::linger, 10},     weight{act::oversleep, 40},
    };
    std::uint32_t drawn = random_.below(10'000);
    if (drawn < broadcasts_in_1000_ * 10) {
        return act::broadcast;
    }
    drawn = random_.below(10'000);
    for (const weight& weight : weights) {
        if (drawn < weight.in_10000) {
            return weight.kind;
        }
        drawn -= weight.in_10000;
    }
    return act::wait;
}

std::uint32_t schedule::some_length() {
    if (random_.one_in(50)) {
        return random_.below(1'025);
    }
    return random_.one_in(30) ? random_.below(8) : 8 + random_.below(40);
}

void schedule::fragment(operation& operation) {
    if (in_fragments_ && random_.one_in(6)) {
        operation.fragment = static_cast<std::uint16_t>(1 + random_.below(random_.one_in(4) ? 200 : 20));
        operation.hold = random_.one_in(4) ? static_cast<std::uint8_t>(1 + random_.below(3)) : std::uint8_t{0};
    }
}

operation schedule::next() {
    static constexpr std::array<std::uint8_t, 5> codes{0, 1, 2, 4, 5};
    operation operation{.kind = some_act()};
    operation.turn = !random_.one_in(5);
    operation.actor = static_cast<std::uint16_t>(random_.below(users_));
    operation.pseudo = static_cast<std::uint16_t>(random_.below(users_));
    switch (operation.kind) {
    case act::join:
        operation.pseudo = random_.one_in(10) ? operation.pseudo : operation.actor;
        operation.code = random_.one_in(8) ? static_cast<std::uint8_t>(random_.one_in(4) ? 2 : 1) : std::uint8_t{0};
        break;
    case act::write:
    case act::write_unasked:
    case act::broadcast: operation.amount = some_length(); break;
    case act::burst: operation.amount = 1 + random_.below(random_.one_in(10) ? 6'000 : 60); break;
    case act::answer: operation.amount = 1 + random_.below(random_.one_in(4) ? 200 : 4); [[fallthrough]];
    case act::stray:
    case act::answers_all: operation.code = random_.one_in(2) ? codes[random_.below(5)] : std::uint8_t{0}; break;
    case act::malformed: operation.amount = random_.below(100); break;
    case act::unfinished: operation.amount = 1 + random_.below(20); break;
    case act::end:
        operation.code = random_.one_in(3) ? 1 : 0;
        operation.amount = random_.one_in(3) ? random_.below(60) : 0;
        break;
    case act::reads_slowly:
    case act::read_some: operation.amount = 1 + random_.below(60); break;
    case act::wait: operation.amount = random_.below(random_.one_in(200) ? 20'000 : 6); break;
    case act::oversleep: operation.amount = random_.below(random_.one_in(20) ? 60'000 : 200); break;
    default: break;
    }
    if (operation.kind <= act::unfinished) {
        fragment(operation);
    }
    return operation;
}

}  // namespace chatos::core::simulation
