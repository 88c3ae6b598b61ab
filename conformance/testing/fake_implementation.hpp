// For tests: an implementation that is a fake_server, and what it can be told.
#pragma once

#include "testing/fake_server.hpp"

#include <set>

namespace chatos::conformance::testing {

class fake_implementation final : public server_implementation {
public:
    /// `options` are those that it can be told (and ignores).
    fake_implementation(const fake_server& server, std::set<std::string> options)
        : address_{server.address()}, options_{std::move(options)} {}

    [[nodiscard]] std::string name() const override { return "fake"; }
    [[nodiscard]] std::optional<std::string> lacks(const scenario& scenario) const override {
        for (const auto& [option, value] : scenario.needs) {
            if (!options_.contains(option)) {
                return "cannot be told " + option;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::optional<std::string> make_ready(const option_values& /*needs*/) override {
        return std::nullopt;
    }
    [[nodiscard]] const socket_address& address() const override { return address_; }
    [[nodiscard]] std::optional<std::string> death() override { return death_; }
    [[nodiscard]] std::vector<std::string> last_output() const override { return {"its last line"}; }
    void discard() override {
        ++discarded_;
        death_.reset();
    }

    void set_death(const std::string& how) { death_ = how; }
    [[nodiscard]] int discarded() const noexcept { return discarded_; }

private:
    socket_address address_;
    std::set<std::string> options_;
    std::optional<std::string> death_;
    int discarded_{0};
};

/// All options that scenarios can need.
inline std::set<std::string> every_option() {
    return {"capacity", "answer_timeout_ms", "pc_timeout_ms", "login_timeout_ms", "tunnel_timeout_ms"};
}

}  // namespace chatos::conformance::testing
