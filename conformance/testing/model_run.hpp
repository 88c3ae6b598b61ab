// For tests: drives a model with a simulated network and clock.
#pragma once

#include "model/model.hpp"

#include <chatos/packet.hpp>

#include <chrono>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::conformance::testing {

using lines = std::vector<std::string>;

/// Connections have names. Each call returns the output that it caused, as lines:
/// `alice < ERROR 0`, `bob < SPM alice hi`, `bob < PC alice`, `bob < 3 bytes` (no packet), `alice closed`, `alice
/// reset`.
class model_run {
public:
    explicit model_run(const model_settings& settings = {}) : model_{settings} {}
    model_run(std::initializer_list<variant> variants, std::initializer_list<fault> faults = {});

    void connects(const std::string& client);
    /// Connects and registers under that name; drops the output.
    void joins(std::initializer_list<std::string> names);
    [[nodiscard]] lines sends(const std::string& client, const packet_view& packet);
    [[nodiscard]] lines sends_bytes(const std::string& client, std::string_view bytes);
    /// Sends an RPM first, and drops its answer.
    [[nodiscard]] lines writes(const std::string& client, const std::string& to, const std::string& message);
    [[nodiscard]] lines answers(const std::string& client, int code);
    [[nodiscard]] lines half_closes(const std::string& client);
    [[nodiscard]] lines is_reset(const std::string& client);
    [[nodiscard]] lines wait(std::chrono::milliseconds time);

    [[nodiscard]] bool wants_input(const std::string& client) const { return model_.wants_input(ids_.at(client)); }
    [[nodiscard]] model& server() noexcept { return model_; }
    [[nodiscard]] model_time now() const noexcept { return now_; }

private:
    [[nodiscard]] lines take_lines();

    model model_;
    model_time now_{0};
    std::map<std::string, connection_id> ids_;
    std::map<connection_id, std::string> names_;
};

/// Settings with these timeouts.
[[nodiscard]] model_settings with_limits(std::chrono::milliseconds answer, std::chrono::milliseconds pc,
                                         std::chrono::milliseconds login);

}  // namespace chatos::conformance::testing
