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
    bounds.offers_max = choose(1, 16);
    bounds.work_per_slice_max = random.one_in(2) ? 1'024 : choose(1, 30);
    bounds.work_per_turn_max = random.one_in(2) ? bounds.work_per_turn_max : choose(1, 60);
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
    bounds.requests_per_second_max = random.one_in(4) ? choose(5, 500) : 0;
    return bounds;
}

schedule::schedule(const setting& setting) : random_{setting.seed * 2}, users_{setting.users} {
    // About as many deliveries by broadcasts as by everything else together, whatever the number of users.
    broadcasts_in_1000_ = std::clamp(8'000U / users_, 3U, 200U);
    in_fragments_ = random_.one_in(2);
    drains_ = random_.one_in(2);
}

operation_kind schedule::some_kind() {
    struct weight {
        operation_kind kind;
        std::uint32_t in_10000;
    };
    static constexpr std::array weights{
        weight{operation_kind::join, 1'000},      weight{operation_kind::ask, 500},
        weight{operation_kind::write, 4'000},     weight{operation_kind::write_unasked, 200},
        weight{operation_kind::offer, 700},       weight{operation_kind::claim, 150},
        weight{operation_kind::answer, 500},      weight{operation_kind::stray, 150},
        weight{operation_kind::burst, 16},        weight{operation_kind::malformed, 25},
        weight{operation_kind::unfinished, 15},   weight{operation_kind::end, 60},
        weight{operation_kind::reset, 50},        weight{operation_kind::reads_all, 40},
        weight{operation_kind::reads_slowly, 20}, weight{operation_kind::reads_nothing, 12},
        weight{operation_kind::read_some, 20},    weight{operation_kind::answers_all, 80},
        weight{operation_kind::answers_told, 20}, weight{operation_kind::linger, 10},
        weight{operation_kind::oversleep, 40},    weight{operation_kind::shortage, 10},
    };
    std::uint32_t drawn = random_.below(10'000);
    if (drawn < broadcasts_in_1000_ * 10) {
        return operation_kind::broadcast;
    }
    drawn = random_.below(10'000);
    for (const weight& weight : weights) {
        if (drawn < weight.in_10000) {
            return weight.kind;
        }
        drawn -= weight.in_10000;
    }
    return operation_kind::wait;
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
    operation operation{.kind = some_kind()};
    operation.turn = !random_.one_in(5);
    operation.actor = static_cast<std::uint16_t>(random_.below(users_));
    operation.pseudo = static_cast<std::uint16_t>(random_.below(users_));
    switch (operation.kind) {
    case operation_kind::join:
        operation.pseudo = random_.one_in(10) ? operation.pseudo : operation.actor;
        operation.code = random_.one_in(8) ? static_cast<std::uint8_t>(random_.one_in(4) ? 2 : 1) : std::uint8_t{0};
        break;
    case operation_kind::write:
    case operation_kind::write_unasked:
    case operation_kind::broadcast: operation.amount = some_length(); break;
    case operation_kind::burst: operation.amount = 1 + random_.below(random_.one_in(10) ? 6'000 : 60); break;
    case operation_kind::answer: operation.amount = 1 + random_.below(random_.one_in(4) ? 200 : 4); [[fallthrough]];
    case operation_kind::stray:
    case operation_kind::answers_all:
        operation.code = random_.one_in(2) ? codes[random_.below(5)] : std::uint8_t{0};
        break;
    case operation_kind::malformed: operation.amount = random_.below(100); break;
    case operation_kind::unfinished: operation.amount = 1 + random_.below(20); break;
    case operation_kind::end:
        operation.code = random_.one_in(3) ? 1 : 0;
        operation.amount = random_.one_in(3) ? random_.below(60) : 0;
        break;
    case operation_kind::reads_slowly:
    case operation_kind::read_some: operation.amount = 1 + random_.below(60); break;
    case operation_kind::wait: operation.amount = random_.below(random_.one_in(200) ? 20'000 : 6); break;
    case operation_kind::oversleep: operation.amount = random_.below(random_.one_in(20) ? 60'000 : 200); break;
    case operation_kind::shortage: operation.amount = random_.below(8); break;
    default: break;
    }
    if (operation.kind <= operation_kind::unfinished) {
        fragment(operation);
    }
    return operation;
}

}  // namespace chatos::core::simulation
