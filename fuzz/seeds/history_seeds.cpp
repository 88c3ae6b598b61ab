#include "seeds/seed_sets.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>

namespace chatos::fuzz {

namespace {

// The upper half of the first byte of a step, see history.cpp.
enum kind : unsigned {
    cr = 1,
    rpm = 2,
    spm = 3,
    sma = 4,
    pc = 6,
    answer = 8,
    ask_and_send = 11,
    trouble = 13,
    wait = 14
};
// Second bytes: whom a packet names, how it is answered, what trouble it is, how long it takes.
enum value : unsigned {
    ann = 0,
    bob = 1,
    eve = 2,
    nobody = 7,
    ok = 0,
    refused = 1,
    unknown_opcode = 0,
    unfinished = 7,
    half_close = 160,
    reset = 208,
    answer_time = 3,
    offer_time = 6,
    login_time = 7
};

using steps = std::initializer_list<std::pair<unsigned, unsigned>>;

/// Three users first, at places 0 to 2: whatever comes first at a place registers there.
seed history(std::string_view name, steps all) {
    seed result{std::string{name}, {}};
    const auto add = [&](unsigned first, unsigned second) {
        result.input.push_back(static_cast<std::byte>(first));
        result.input.push_back(static_cast<std::byte>(second));
    };
    for (unsigned place = 0; place < 3; ++place) {
        add(kind::rpm << 4U | place, 0);
    }
    for (const auto& [first, second] : all) {
        add(first, second);
    }
    return result;
}

constexpr unsigned by(unsigned place, kind step) {
    return static_cast<unsigned>(step) << 4U | place;
}

}  // namespace

std::vector<seed> make_history_seeds() {
    return {
        history("message_and_answer", {{by(0, ask_and_send), bob}, {by(1, answer), refused}}),
        history("message_without_asking", {{by(0, spm), bob}, {by(0, rpm), nobody}, {by(0, spm), nobody}}),
        history(
            "crossing_messages",
            {{by(0, ask_and_send), bob}, {by(1, ask_and_send), ann}, {by(0, answer), ok}, {by(1, answer), refused}}),
        history("to_all", {{by(0, sma), 0}, {by(1, answer), ok}, {by(2, answer), refused}}),
        history("offer_accepted", {{by(0, pc), bob}, {by(2, pc), bob}, {by(1, answer), ok}}),
        history("full_and_taken", {{by(3, cr), 0}, {by(4, cr), 224}}),
        history("second_cr", {{by(0, cr), bob}, {by(0, cr), nobody}}),
        history("message_in_vain", {{by(0, ask_and_send), bob}, {by(0, wait), answer_time}, {by(1, answer), ok}}),
        history("offer_in_vain", {{by(0, pc), bob},
                                  {by(2, ask_and_send), bob},
                                  {by(0, wait), offer_time},
                                  {by(1, answer), ok},
                                  {by(1, answer), ok}}),
        history("half_close_while_pending", {{by(0, ask_and_send), bob},
                                             {by(2, ask_and_send), ann},
                                             {by(0, trouble), half_close},
                                             {by(1, answer), refused}}),
        history("recipient_is_reset", {{by(0, ask_and_send), eve}, {by(1, sma), 0}, {by(2, trouble), reset}}),
        history("malformed", {{by(0, ask_and_send), bob}, {by(0, trouble), unknown_opcode}, {by(1, answer), ok}}),
        history("unfinished_packet", {{by(0, trouble), unfinished}, {by(0, wait), login_time}}),
    };
}

}  // namespace chatos::fuzz
