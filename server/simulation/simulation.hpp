// A driver and many clients around one core, all in memory: carries out operations and stops at the first failure.
//
// An event is one thing that happens to the core: a connection opened or lost, a run of bytes handed over, an end of
// input, bytes written, a deadline that changed something, a turn that had postponed work to do. Queries of the
// driver are not events.
#pragma once

#include "simulation/history_checker.hpp"
#include "simulation/operation.hpp"
#include "simulation/schedule.hpp"
#include "simulation/subject.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chatos::core::simulation {

class simulation final : private notice_sink, private packet_sink {
public:
    simulation(const setting& setting, const subject_maker& make);

    /// False after the first failure.
    bool play(const operation& operation);
    /// All clients read again, every time limit runs out, the server drains: nothing may be left.
    bool come_to_rest();

    [[nodiscard]] const failure& first_failure() const noexcept { return checker_.first_failure(); }
    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
    [[nodiscard]] statistics count() const { return subject_->core.count(); }

    /// Operations between two calls of the core's long check_invariants().
    static constexpr std::uint32_t operations_per_check = 5'000;

private:
    // simulation.cpp: what operations do
    bool act_out(const operation& operation);
    void join(const operation& operation);
    void speak(const operation& operation);
    void send_burst(const operation& operation);
    void change_ways(const operation& operation);
    void send_request(std::uint16_t index, opcode kind, std::uint16_t pseudo, std::uint32_t length);
    void send_answers(std::uint16_t index, std::uint32_t count, error_code code);
    void send_stray(std::uint16_t index, error_code code);
    void send_raw(std::uint16_t index, std::string_view bytes, bool malformed);
    void send_malformed(std::uint16_t index, std::uint32_t kind);
    void put(std::uint16_t index, sent_packet packet);

    // driver.cpp: what a driver does
    void hand_over(std::uint16_t index, std::uint32_t fragments);
    void hand_end(std::uint16_t index);
    void answer_what_came(std::uint16_t index);
    void serve(std::uint16_t index);
    std::size_t read(std::uint16_t index, std::size_t bytes_max);
    void unpack(std::uint16_t index, std::span<const std::byte> piece);
    void lose(std::uint16_t index);
    void turn();
    void wait(std::uint32_t time_ms);
    void check();
    void check_line(std::uint16_t index);
    void check_rest();
    void take(const notice& notice) override;
    void arrives(connection_id at, const packet_view& packet) override;
    actor* find(connection_id id);

    options bounds_;
    history_checker checker_;
    std::unique_ptr<subject> subject_;
    std::vector<std::uint16_t> actor_by_slot_;
    time_point now_{};
    bool memory_short_{false};
    std::uint32_t shortage_left_{0};      // operations
    std::uint64_t deliveries_before_{0};  // made before the last operation
    std::uint64_t events_{0};
    std::uint64_t served_{0};
    std::uint32_t operations_{0};
};

}  // namespace chatos::core::simulation
