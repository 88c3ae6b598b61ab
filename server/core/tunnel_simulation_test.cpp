// Tunnels at random, from a seed: users offer, decide and leave, ends come early, late, twice or from elsewhere, write,
// stall, half-close and break, bytes come in fragments, time jumps. After each step the core audits itself, and what
// each end has received is the beginning of what its partner has sent. A failure names the seed, which replays it.
#include "base/seeded_random.hpp"
#include "core/test_network.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace chatos::core::test {
namespace {

constexpr std::array<std::string_view, 3> names{"alice", "bob", "carol"};

// The history of one end. Each end first sends its number, so that its partner can identify it.
struct tunnel_end {
    client* line{nullptr};
    std::string sent;
    std::string received;  // with the ERROR before it
    bool has_stalled{false};
    bool broken{false};
    bool sent_is_read{true};  // by the core, all of it, or will be

    [[nodiscard]] bool is_open() const { return received.starts_with(bytes_of(make_error(error_code::ok))); }
    [[nodiscard]] std::string_view relayed() const { return std::string_view{received}.substr(2); }
};

class tunnel_simulation {
public:
    explicit tunnel_simulation(std::uint64_t seed) : random_{seed}, network_{some_options()} {
        network_.segment_bytes = 1 + random_.below(60);
        for (std::size_t i = 0; i < names.size(); ++i) {
            join(i);
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
            step();
            listen();
        }
        come_to_rest();
    }

    [[nodiscard]] statistics count() const { return network_.core.count(); }
    /// Ends that are known to have received everything.
    [[nodiscard]] int unharmed() const { return unharmed_; }

private:
    options some_options() {
        options bounds{};
        bounds.tunnels_max = 2 + random_.below(5);
        bounds.tunnels_per_user_max = 2 + random_.below(5);
        bounds.tunnels_per_address_max = 2 + random_.below(5);
        if (random_.one_in(3)) {
            bounds.tunnel_idle_timeout = milliseconds{1'000 + random_.below(20'000)};
        }
        bounds.tunnel_buffer_bytes_max = 1 + random_.below(3'000);
        bounds.receive_bytes_max = 1 + random_.below(300);
        bounds.work_per_slice_max = 1 + random_.below(5);
        bounds.timeouts_in_a_row_max = 1'000'000;
        bounds.deliveries_unanswered_max = 1'000'000;
        return bounds;
    }

    static origin home_of(std::size_t index) {
        origin origin{};
        origin.bytes[0] = static_cast<std::byte>(index);
        return origin;
    }

    void join(std::size_t index) { users_[index] = &network_.join(names[index], home_of(index)); }

    void step() {
        const std::size_t index = random_.below(names.size());
        switch (random_.below(12)) {
        case 0: random_.one_in(2) ? network_.wait(some_time()) : network_.oversleep(some_time()); break;
        case 1: users_[index]->send(make_pc(names[random_.below(names.size())])); break;
        case 2:
        case 3: users_[index]->answer(random_.one_in(4) ? error_code::refused : error_code::ok); break;
        case 4:
            if (random_.one_in(10)) {
                users_[index]->reset();
                join(index);
            }
            break;
        case 5:
        case 6: come(index); break;
        default:
            std::erase_if(alive_, [this](std::size_t number) { return ends_[number].line->is_closed(); });
            if (!alive_.empty()) {
                act(ends_[alive_[random_.below(static_cast<std::uint32_t>(alive_.size()))]]);
            }
        }
        for (client* user : users_) {
            static_cast<void>(user->take());
        }
    }

    milliseconds some_time() { return milliseconds{random_.one_in(8) ? random_.below(20'000) : random_.below(300)}; }

    void come(std::size_t index) {
        const std::size_t peer = (index + 1 + random_.below(2)) % names.size();
        tunnel_end end;
        end.line = &network_.connect(home_of(random_.one_in(10) ? names.size() : index));
        end.line->send(make_pc(names[index]));
        end.line->send(make_pc(names[peer]));
        send(end, std::to_string(ends_.size()) + ":");
        alive_.push_back(ends_.size());
        ends_.push_back(end);
    }

    static void send(tunnel_end& end, const std::string& bytes) {
        end.sent += bytes;
        end.line->send_bytes(bytes);
    }

    void act(tunnel_end& end) {
        switch (random_.below(12)) {
        case 0: end.line->end(); break;
        case 1:
            end.broken = true;
            end.sent_is_read = end.is_open() && end.line->unsent_bytes() == 0;
            end.line->reset();
            break;
        case 2:
            end.has_stalled = true;
            end.line->reads(false);
            break;
        case 3:
        case 4: end.line->reads(true); break;
        case 5: end.line->reads_at_most(1 + random_.below(100)); break;
        default:
            if (!end.line->has_ended()) {
                std::string bytes(random_.below(600), '.');
                for (char& byte : bytes) {
                    byte = static_cast<char>(random_.below(256));
                }
                send(end, bytes);
            }
        }
    }

    // The partner that an end has heard from, if it is an end at all.
    const tunnel_end* partner_of(const tunnel_end& end) {
        const std::size_t colon = end.is_open() ? end.relayed().find(':') : std::string_view::npos;
        return colon == std::string_view::npos ? nullptr
                                               : &ends_[std::stoul(std::string{end.relayed().substr(0, colon)})];
    }

    void listen() {
        for (tunnel_end& end : ends_) {
            const std::string more = end.line->take_text();
            end.received += more;
            const tunnel_end* partner = more.empty() ? nullptr : partner_of(end);
            if (partner != nullptr) {
                ASSERT_NE(partner, &end);
                ASSERT_TRUE(partner->sent.starts_with(end.relayed())) << "TUN-2: not what the partner has sent";
            }
        }
    }

    // All ends read, none writes any more, and all time limits expire: no tunnel is left, and no byte is lost on the
    // way to an end that has always read.
    void come_to_rest() {
        for (const tunnel_end& end : ends_) {
            end.line->reads(true);
            if (!end.line->is_closed()) {
                end.line->end();
            }
        }
        network_.wait(milliseconds{200'000});
        listen();
        const statistics counted = count();
        EXPECT_EQ(counted.tunnels_undecided + counted.tunnels_awaited + counted.tunnels_open, 0U);
        EXPECT_EQ(counted.tunnel_ends_waiting, 0U);
        EXPECT_EQ(network_.core.connections(), names.size());
        for (const tunnel_end& end : ends_) {
            const tunnel_end* partner = partner_of(end);
            // What comes after an idle tunnel was closed is not relayed.
            if (partner != nullptr && !end.broken && !end.has_stalled && partner->sent_is_read &&
                counted.tunnels_idle == 0) {
                EXPECT_EQ(end.relayed(), partner->sent);
                ++unharmed_;
            }
        }
        network_.core.drain(network_.now);
        network_.settle();
        network_.wait(milliseconds{60'000});
        EXPECT_EQ(network_.core.connections(), 0U);
    }

    base::seeded_random random_;
    network network_;
    std::array<client*, names.size()> users_{};
    std::vector<tunnel_end> ends_;
    std::vector<std::size_t> alive_;
    int unharmed_{0};
};

class TunnelSimulation : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TunnelSimulation, every_invariant_holds_after_every_step_and_no_byte_is_lost_or_changed) {
    SCOPED_TRACE(testing::Message() << "seed " << GetParam());
    tunnel_simulation simulation{GetParam()};
    simulation.run(2'000);
    const statistics counted = simulation.count();
    EXPECT_GT(counted.tunnels_opened, 10U) << "a simulation in which nothing happens proves nothing";
    EXPECT_GT(counted.tunnels_refused, 10U);
    EXPECT_GT(counted.tunnel_bytes_relayed, 2'000U);
    EXPECT_TRUE(simulation.unharmed() > 0 || counted.tunnels_idle > 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TunnelSimulation, testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace chatos::core::test
