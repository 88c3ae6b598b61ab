// The load of coming and going: users connect, register and leave, some at a time, each under a new name.
#pragma once

#include "base/histogram.hpp"
#include "bench/connection_pool.hpp"
#include "bench/dialect.hpp"
#include "bench/measured_phase.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace chatos::bench {

struct registration_plan {
    std::uint32_t users{10'000};  ///< in all
    std::uint32_t at_once{100};
    std::optional<::pid_t> server{};
};

struct registration_figures {
    usage used{};
    std::uint64_t registrations{0};
    base::histogram latencies{};  ///< from the start of connecting until registered, in ns
    std::optional<std::uint64_t> resident_at_end{};
    std::string fault{};  ///< what was wrong; the rest is what was measured until then
};

class registration_load : private connection_events {
public:
    /// All arguments but `plan` must outlive the load.
    registration_load(dialect& protocol, const target_address& target, const registration_plan& plan);

    /// Warms up with a tenth of the users, then measures. A user counts when it has come and gone.
    [[nodiscard]] registration_figures run();

private:
    struct visit {
        user_number user{0};
        std::uint64_t began_ns{0};
        std::uint32_t answers_awaited{0};
    };

    void connected(std::uint32_t place) override;
    std::size_t received(std::uint32_t place, std::span<const std::byte> input) override;
    void ended(std::uint32_t place, const std::string& why) override;

    bool register_users(std::uint32_t count);
    void begin_visit(std::uint32_t place);
    void fail(std::uint32_t place, const std::string& problem);

    dialect& protocol_;
    registration_plan plan_;
    connection_pool pool_;
    std::vector<visit> visits_;  ///< by place
    arrivals arrivals_;
    bytes output_;
    registration_figures figures_;
    user_number next_user_{0};
    std::uint32_t left_to_begin_{0};
    std::uint32_t present_{0};
};

}  // namespace chatos::bench
