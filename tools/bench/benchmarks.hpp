// The benchmarks by name: what is asked for, as flags say it, to a report. Everything but the command line itself.
#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace chatos::bench {

enum class protocol : std::uint8_t { chatos, redis, mqtt };
enum class benchmark : std::uint8_t { fanout, personal, connect, idle };

struct request {
    benchmark kind{benchmark::fanout};
    protocol spoken{protocol::chatos};
    std::string target{};
    std::uint32_t receivers{100};
    std::uint32_t senders{1};
    std::uint32_t pairs{50};
    std::uint32_t users{10'000};
    std::uint32_t at_once{100};
    std::uint32_t message_bytes{64};
    std::uint32_t in_flight{32};
    std::uint64_t messages{0};  ///< 0: `seconds` decides
    std::uint32_t seconds{5};
    std::optional<::pid_t> server{};
};

struct outcome {
    std::string usage_fault{};   ///< set: nothing was done, because of this
    std::string server_fault{};  ///< set: it went wrong, and the report says what was measured until then
    std::string title{};
    report figures{};
};

[[nodiscard]] outcome run_benchmark(const request& request);

}  // namespace chatos::bench
