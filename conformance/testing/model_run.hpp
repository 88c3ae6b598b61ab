// For tests: drives a model by hand, with a network and a clock that exist only here.
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

/// Connections have names. What comes out is told in lines, each call giving those that it brought about:
/// `alice < ERROR 0`, `bob < SPM alice hi`, `bob < PC alice`, `bob < 3 bytes` (no packet), `alice closed`, `alice
/// reset`.
class model_run {
public:
    explicit model_run(const model_settings& settings = {}) : model_{settings} {}
    model_run(std::initializer_list<variant> variants, std::initializer_list<fault> faults = {});

    void connects(const std::string& who);
    /// Connects and registers under its own name; the lines of that are dropped.
    void joins(std::initializer_list<std::string> names);
    [[nodiscard]] lines sends(const std::string& who, const packet_view& packet);
    [[nodiscard]] lines sends_bytes(const std::string& who, std::string_view bytes);
    /// A favourable RPM first, whose answer is dropped.
    [[nodiscard]] lines writes(const std::string& who, const std::string& to, const std::string& message);
    [[nodiscard]] lines answers(const std::string& who, int code);
    [[nodiscard]] lines half_closes(const std::string& who);
    [[nodiscard]] lines is_reset(const std::string& who);
    [[nodiscard]] lines wait(std::chrono::milliseconds time);

    [[nodiscard]] bool wants_input(const std::string& who) const { return model_.wants_input(ids_.at(who)); }
    [[nodiscard]] model& server() noexcept { return model_; }
    [[nodiscard]] model_time now() const noexcept { return now_; }

private:
    [[nodiscard]] lines told();

    model model_;
    model_time now_{0};
    std::map<std::string, connection_id> ids_;
    std::map<connection_id, std::string> names_;
};

/// Settings with these limits of time: answer, PC, login.
[[nodiscard]] model_settings with_limits(std::chrono::milliseconds answer, std::chrono::milliseconds pc,
                                         std::chrono::milliseconds login);

}  // namespace chatos::conformance::testing
