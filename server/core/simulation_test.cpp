// A day in the life of the core, from a seed: users join, write, answer, stall, leave, break and cheat at random, bytes
// come in fragments, time jumps. After each step the core audits itself, and each client checks what it receives
// against what it has sent. A failure names the seed, which replays it.
#include "core/dice.hpp"
#include "core/test_world.hpp"

#include <chatos/decode.hpp>
#include <chatos/layout.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <span>

namespace chatos::core::test {
namespace {

// What one simulated person remembers.
struct person {
    client* line{nullptr};
    std::deque<opcode> asked;   // requests that are not fully answered
    bool offer_reached{false};  // the oldest is a PC, and its first answer was 0
    bool registered{false};
    bool honest{true};  // has sent whole packets only; what others get back cannot be foretold
    bool ended{false};
    std::uint32_t owes{0};  // deliveries that it has received and not answered
    bool answers{true};
};

class simulation {
public:
    explicit simulation(std::uint64_t seed) : random_{seed}, world_{some_options()} {
        world_.segment_bytes = 1 + random_.below(40);
        for (std::size_t i = 0; i < people_max; ++i) {
            people_.push_back(std::make_unique<person>());
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            step();
        }
        come_to_rest();
    }

    [[nodiscard]] statistics count() const { return world_.core.count(); }

private:
    static constexpr std::size_t people_max = 24;

    options some_options() {
        options chosen{};
        chosen.packet_limits = smallest_legal_limits;
        chosen.tunnels = false;  // they have a simulation of their own
        chosen.users_max = 12 + random_.below(12);
        chosen.deliveries_unanswered_max = 2 + random_.below(30);
        chosen.output_bytes_max = packet_bytes_max(chosen.packet_limits) + random_.below(5'000);
        chosen.work_per_go_max = 1 + random_.below(20);
        chosen.receive_bytes_max = 1 + random_.below(200);
        chosen.timeouts_in_a_row_max = 1 + random_.below(8);
        return chosen;
    }

    std::string some_pseudo() { return std::string{"user"}.append(std::to_string(random_.below(20))); }

    std::string some_message() {
        return std::string(random_.one_in(20) ? random_.below(1'025) : random_.below(20), 'm');
    }

    void step() {
        person& one = *people_[random_.below(people_max)];
        if (random_.one_in(10)) {
            pass_time(milliseconds{random_.one_in(10) ? random_.below(20'000) : random_.below(200)});
        }
        if (one.line == nullptr) {
            if (world_.core.accepts_connections()) {
                one = person{};
                one.line = &world_.connect();
            }
        } else if (random_.one_in(40)) {
            misbehave(one);
        } else if (!one.ended) {
            speak(one);
        }
        for (const auto& each : people_) {
            listen(*each);
        }
    }

    void pass_time(milliseconds time) { random_.one_in(3) ? world_.oversleep(time) : world_.wait(time); }

    void speak(person& one) {
        std::string bytes;
        const std::uint32_t packets = 1 + random_.below(4);
        for (std::uint32_t i = 0; i < packets; ++i) {
            bytes += something(one);
        }
        one.line->send_bytes(bytes);
    }

    std::string request(person& one, const packet_view& packet) {
        one.asked.push_back(packet.op);
        return bytes_of(packet);
    }

    std::string something(person& one) {
        if (!one.registered && !random_.one_in(5)) {
            const std::string pseudo = some_pseudo();
            return request(one, make_cr(pseudo));
        }
        std::string text;
        switch (random_.below(8)) {
        case 0: return request(one, make_rpm(text = some_pseudo()));
        case 1:
        case 2: {
            const std::string pseudo = some_pseudo();
            std::string both = request(one, make_rpm(pseudo));
            return both.append(request(one, make_spm(pseudo, text = some_message())));
        }
        case 3: return request(one, make_sma(text = some_message()));
        case 4: return request(one, make_pc(text = some_pseudo()));
        case 5: return request(one, make_cr(text = some_pseudo()));
        default: return answer_some(one);
        }
    }

    std::string answer_some(person& one) {
        static constexpr std::array codes{error_code::ok, error_code::pseudo_taken, error_code::out_of_capacity,
                                          error_code::unreachable, error_code::refused};
        std::string bytes;
        std::uint32_t count = one.answers ? one.owes : 0;
        count += random_.one_in(20) ? 1U : 0U;  // one that nobody asked for
        for (std::uint32_t i = 0; i < count; ++i) {
            bytes += bytes_of(make_error(codes[random_.below(3) == 0 ? random_.below(codes.size()) : 0]));
        }
        one.owes -= std::min(one.owes, count);
        return bytes;
    }

    void misbehave(person& one) {
        switch (random_.below(7)) {
        case 0: one.line->reset(); break;
        case 1:
            one.ended = true;
            one.line->end();
            break;
        case 2:
            one.honest = false;
            one.line->send_bytes(random_.one_in(2) ? "\xff" : std::string_view{"\x04\xff\xff\xff\xff", 5});
            break;
        case 3: {  // the start of a packet, perhaps never finished
            one.honest = false;
            const std::string message = some_message();
            const std::string packet = bytes_of(make_sma(message));
            one.line->send_bytes(packet.substr(0, 1 + random_.below(static_cast<std::uint32_t>(packet.size()))));
            break;
        }
        case 4: one.line->reads(random_.one_in(2)); break;
        case 5: one.answers = !one.answers; break;
        default: one.line->reads_at_most(1 + random_.below(10)); break;
        }
    }

    // Every ERROR is the answer to the oldest request, every other packet a delivery.
    void listen(person& one) {
        if (one.line == nullptr) {
            return;
        }
        for (const std::string& packet : one.line->take()) {
            if (!packet.starts_with("ERROR ")) {
                ASSERT_TRUE(one.registered || !one.honest) << "ALL-7: " << packet;
                ++one.owes;
            } else if (one.honest) {
                take_answer(one, packet.back() - '0');
            }
        }
        if (one.line->saw_end() && !one.ended) {
            one.ended = true;
            one.line->end();
        }
        if (one.line->is_closed()) {
            one = person{};
        }
    }

    void take_answer(person& one, int code) {
        const bool final_refusal = code == 5 && one.line->saw_end();
        if (one.asked.empty()) {
            // Only the last word of a server that closes is no answer: bad input, or a time limit.
            ASSERT_TRUE(final_refusal) << "an answer to nothing: " << code;
            return;
        }
        const opcode oldest = one.asked.front();
        if (oldest == opcode::pc && !one.offer_reached && code == 0) {
            one.offer_reached = true;
            return;
        }
        one.offer_reached = false;
        one.asked.pop_front();
        one.registered = one.registered || (oldest == opcode::cr && code == 0);
        if (oldest == opcode::cr) {
            ASSERT_TRUE(code == 0 || code == 1 || code == 2 || code == 5);
        } else if (oldest == opcode::rpm) {
            ASSERT_TRUE(code == 0 || code == 4 || code == 5);
        }
    }

    // Everybody reads and nobody acts any more: every limit runs out, every request of an honest client is answered.
    void come_to_rest() {
        for (const auto& one : people_) {
            if (one->line != nullptr) {
                one->line->reads_at_most(SIZE_MAX);
                one->line->reads(true);
            }
        }
        for (int i = 0; i < 400; ++i) {
            world_.wait(milliseconds{1'000});
            for (const auto& one : people_) {
                listen(*one);
            }
        }
        for (const auto& one : people_) {
            if (one->line != nullptr && one->honest) {
                EXPECT_TRUE(one->asked.empty()) << "a request without its answer";
            }
        }
        const statistics counted = count();
        EXPECT_EQ(counted.requests_pending, 0U);
        EXPECT_EQ(counted.deliveries_waiting, 0U);
        world_.core.drain(world_.now);
        for (int i = 0; i < 10; ++i) {
            world_.wait(milliseconds{1'000});
        }
        EXPECT_EQ(world_.core.connections(), 0U) << "nothing is kept for those who are gone";
    }

    dice random_;
    world world_;
    std::vector<std::unique_ptr<person>> people_;
};

class Simulation : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Simulation, every_invariant_holds_after_every_step) {
    SCOPED_TRACE(testing::Message() << "seed " << GetParam());
    simulation one{GetParam()};
    one.run(5'000);
    const statistics counted = one.count();
    EXPECT_GT(counted.deliveries_made, 100U) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(counted.requests_answered, 100U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulation, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace chatos::core::test
