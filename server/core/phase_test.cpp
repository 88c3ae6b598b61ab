// The phases of a connection: every pair is either in the table or refused.
#include "core/connection.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace chatos::core {
namespace {

// A row is a phase that a connection is in, a column one that it enters, both in the order of the enumeration.
constexpr std::array<std::string_view, phase_count> allowed{
    ".xx.xx.",  // unregistered
    "....x..",  // user
    "...xxx.",  // tunnel_waiting
    "....xx.",  // tunnel_open
    ".....xx",  // leaving
    "......x",  // finishing
    ".......",  // closed
};

connection connection_in(phase wanted) {
    connection client;
    const auto enter = [&client](phase next) { client.enter(next); };
    switch (wanted) {
    case phase::unregistered: break;
    case phase::user:
    case phase::tunnel_waiting:
    case phase::leaving:
    case phase::finishing: enter(wanted); break;
    case phase::tunnel_open:
        enter(phase::tunnel_waiting);
        enter(phase::tunnel_open);
        break;
    case phase::closed:
        enter(phase::finishing);
        enter(phase::closed);
        break;
    }
    return client;
}

TEST(PhaseDeathTest, a_connection_enters_the_phases_of_the_table_and_no_others) {
    for (std::size_t row = 0; row < phase_count; ++row) {
        for (std::size_t column = 0; column < phase_count; ++column) {
            const auto from = static_cast<phase>(row);
            const auto to = static_cast<phase>(column);
            SCOPED_TRACE(std::to_string(row) + " to " + std::to_string(column));
            EXPECT_EQ(may_follow(from, to), allowed[row][column] == 'x');
            connection client = connection_in(from);
            if (may_follow(from, to)) {
                client.enter(to);
                EXPECT_EQ(client.current_phase(), to);
                EXPECT_LT(from, to) << "a connection never returns";
            } else {
                EXPECT_DEATH(client.enter(to), "assertion failed in enter");
            }
        }
    }
}

TEST(Phase, every_phase_but_the_first_can_be_entered_and_every_phase_but_the_last_can_be_left) {
    for (std::size_t number = 0; number < phase_count; ++number) {
        const auto phase_is = [number](phase value) { return static_cast<std::size_t>(value) == number; };
        bool entered = number == 0;
        bool left = number == phase_count - 1;
        for (const phase_transition& transition : phase_transitions) {
            entered = entered || phase_is(transition.to);
            left = left || phase_is(transition.from);
        }
        EXPECT_TRUE(entered && left) << number;
    }
}

}  // namespace
}  // namespace chatos::core
