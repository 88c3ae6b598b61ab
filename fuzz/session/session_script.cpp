#include "session/session_script.hpp"

#include <chatos/layout.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace chatos::fuzz {

namespace {

using namespace std::string_view_literals;
using std::chrono::milliseconds;

// Time limits that differ from the defaults: short ones, and ones whose order is turned round.
void choose_times(core::options& bounds, unsigned choice) {
    switch (choice) {
    case 0:
    case 1: break;
    case 2:
        bounds.answer_timeout = milliseconds{200};
        bounds.pc_timeout = milliseconds{300};
        bounds.login_timeout = milliseconds{500};
        bounds.flush_timeout = milliseconds{700};
        bounds.linger_timeout = milliseconds{110};
        bounds.drain_timeout = milliseconds{900};
        break;
    default:
        bounds.answer_timeout = milliseconds{4'000};
        bounds.pc_timeout = milliseconds{1'000};
        bounds.login_timeout = milliseconds{1'000};
        bounds.flush_timeout = milliseconds{1};
        bounds.linger_timeout = milliseconds{3'000};
        bounds.drain_timeout = milliseconds{30'000};
        break;
    }
}

constexpr std::array usual_pseudos{"alice"sv, "bob"sv, "carol"sv, "dave"sv, "erin"sv, "frank"sv, "grace"sv, "heidi"sv};

// After the usual pseudos: nobody's, look-alikes, the longest that must be accepted, and two that are no pseudos.
constexpr std::array other_pseudos{"nobody"sv,
                                   "Alice"sv,
                                   "alice "sv,
                                   "\u0430lice"sv,
                                   "alice\0"sv,
                                   "pppppppppppppppppppppppppppppppp"sv,
                                   "ppppppppppppppppppppppppppppppppp"sv,
                                   "\xC3("sv};

constexpr std::array broken_packets{"\x00\x00\x03"
                                    "bob"sv,                                // no packet has this opcode
                                    "\x07\x00"sv,                           // nor this
                                    "\x01\x00\x00"sv,                       // no pseudo
                                    "\x02\x80\x01z"sv,                      // a negative size
                                    "\x05\x7f\xff"sv,                       // a size over any limit, without its string
                                    "\x04\xff\xff\xff\xff"sv,               // a negative size
                                    "\x04\x00\x01\x00\x01"sv,               // a size over any limit
                                    "\x04\x00\x00\x04\x01"sv,               // a size over the smallest legal limit
                                    "\x01\x00\x02\xc0\xaf"sv,               // overlong
                                    "\x01\x00\x03\xed\xa0\x80"sv,           // a surrogate
                                    "\x03\x00\x01z\x00\x00\x00\x01\x80"sv,  // a continuation alone
                                    "\x06\x03"sv,                           // a code that is not assigned
                                    "\x06\xff"sv,                           // nor this
                                    "\xff\xff\xff\xff"sv};

}  // namespace

session_setup setup_of(std::span<const std::byte> script) {
    std::array<unsigned, setup_bytes> choices{};
    for (std::size_t i = 0; i < std::min(choices.size(), script.size()); ++i) {
        choices[i] = std::to_integer<unsigned>(script[i]);
    }
    // They cost a thousand times what others do, so that only seeds and what comes from them begin like this.
    const bool large = choices[1] == large_bursts_first && choices[2] == large_bursts_second;
    choices[1] = large ? 0 : choices[1];
    session_setup setup;
    core::options& bounds = setup.bounds;
    bounds.tunnels = false;  // the oracle knows none
    const auto pick = [](unsigned bits, auto usual, auto first, auto second, auto third) {
        const std::array values{usual, static_cast<decltype(usual)>(first), static_cast<decltype(usual)>(second),
                                static_cast<decltype(usual)>(third)};
        return values[bits & 3U];
    };
    const unsigned output_choice = choices[0] >> 6U;
    const unsigned time_choice = choices[1] >> 6U;
    if (output_choice != 0 || time_choice != 0) {
        bounds.packet_limits = smallest_legal_limits;
    }
    const std::size_t packet_bytes = packet_bytes_max(bounds.packet_limits);
    bounds.work_per_turn_max = 1'000'000;                 // the oracle knows the slices of clients, not those of turns
    bounds.unregistered_packet_bytes_max = packet_bytes;  // the oracle knows no bound of its own for strangers
    bounds.users_max = pick(choices[0], bounds.users_max, 1, 2, 4);
    bounds.unregistered_max = pick(choices[0] >> 2U, bounds.unregistered_max, 1, 2, 3);
    bounds.deliveries_unanswered_max = pick(choices[0] >> 4U, bounds.deliveries_unanswered_max, 1, 2, 4);
    bounds.output_bytes_max =
        pick(output_choice, bounds.output_bytes_max, packet_bytes, packet_bytes + 17, packet_bytes * 2);
    bounds.timeouts_in_a_row_max = pick(choices[1], bounds.timeouts_in_a_row_max, 1, 2, 3);
    bounds.work_per_slice_max = pick(choices[1] >> 2U, bounds.work_per_slice_max, 1, 2, 5);
    bounds.receive_bytes_max = pick(choices[1] >> 4U, bounds.receive_bytes_max, 3, 20, 300);
    choose_times(bounds, time_choice);
    bounds.offers_max = large ? bounds.offers_max : pick(choices[2] >> 4U, bounds.offers_max, 1, 2, 3);
    setup.users = choices[2] & 7U;
    setup.clock_ticks = (choices[2] & 8U) != 0;
    setup.large_bursts = large;
    return setup;
}

script_reader::script_reader(std::span<const std::byte> script)
    : remaining_{script.subspan(std::min(script.size(), setup_bytes))} {}

std::uint8_t script_reader::take() {
    if (remaining_.empty()) {
        return 0;
    }
    const auto first = std::to_integer<std::uint8_t>(remaining_.front());
    remaining_ = remaining_.subspan(1);
    return first;
}

bool script_reader::next(session_step& step) {
    if (remaining_.empty() || left_ == 0) {
        return false;
    }
    --left_;
    const std::uint8_t command = take();
    step = {.what = static_cast<action>(command >> 3U), .place = command & 7U};
    step.value = has_value(step.what) ? take() : std::uint8_t{0};
    if (step.what == action::send_raw) {
        step.raw = remaining_.first(std::min<std::size_t>(remaining_.size(), step.value % 16U));
        remaining_ = remaining_.subspan(step.raw.size());
    }
    return true;
}

bool has_value(action kind) noexcept {
    switch (kind) {
    case action::connect:
    case action::hold:
    case action::release:
    case action::end_input:
    case action::reset:
    case action::stop_reading:
    case action::read_on:
    case action::until_before:
    case action::until_at:
    case action::until_after: return false;
    default: return true;
    }
}

std::string_view usual_pseudo(unsigned place) noexcept {
    return usual_pseudos[place % usual_pseudos.size()];
}

std::string_view pseudo_of(std::uint8_t value) noexcept {
    const unsigned choice = value & 31U;
    return choice < 24 ? usual_pseudo(choice) : other_pseudos[choice - 24U];
}

std::string message_of(std::uint8_t value, unsigned number) {
    std::string text = std::to_string(number);
    switch (value & 7U) {
    case 3: return text + " \u00e9\u20ac\U0001f419";
    case 4: return {};
    case 5: text.resize(300, 'm'); return text;
    case 6: text.resize(1'000, 'm'); return text;
    case 7: text.resize(1'024, 'm'); return text;
    default: return text;
    }
}

std::uint8_t code_of(std::uint8_t value) noexcept {
    constexpr std::array<std::uint8_t, 8> codes{0, 0, 0, 5, 0, 1, 2, 4};
    return codes[value & 7U];
}

std::string_view broken_packet(std::uint8_t value) noexcept {
    return broken_packets[value % broken_packets.size()];
}

std::string wire_of(std::uint8_t opcode, std::string_view pseudo, std::string_view message) {
    std::string wire(1, static_cast<char>(opcode));
    const packet_layout* row = find_layout(opcode);
    for (const part which : row == nullptr ? std::span<const part>{} : row->parts()) {
        const std::string_view text = which == part::pseudo ? pseudo : message;
        for (unsigned left = layout_of(which).size_bytes; left != 0; --left) {
            wire += static_cast<char>(static_cast<unsigned char>(text.size() >> (8U * (left - 1U))));
        }
        wire += text;
    }
    return wire;
}

std::string wire_of_error(std::uint8_t code) {
    return {static_cast<char>(opcode::error), static_cast<char>(code)};
}

}  // namespace chatos::fuzz
