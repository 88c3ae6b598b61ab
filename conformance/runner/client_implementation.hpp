// Clients under test, started by a profile's command.
#pragma once

#include "profile/client_dialogue.hpp"
#include "runner/implementation.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace chatos::conformance {

class started_client final : public implementation {
public:
    started_client(std::string name, std::vector<std::string> command, client_dialogue dialogue)
        : name_{std::move(name)}, command_{std::move(command)}, dialogue_{std::move(dialogue)} {}

    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] test_role role() const override { return test_role::client; }
    [[nodiscard]] std::optional<std::string> lacks(const scenario& scenario) const override;
    /// Each scenario starts it anew. An error once it could not be started or has never connected.
    [[nodiscard]] std::optional<std::string> make_ready(const option_values& needs) override;
    [[nodiscard]] const client_dialogue& dialogue() const override { return dialogue_; }
    void play(execution& run) override;
    [[nodiscard]] bool answers(const std::string& /*pseudo*/, std::chrono::milliseconds /*time*/) override {
        return true;  // a client that spoke in a scenario is not probed after it
    }
    [[nodiscard]] bool accepts(std::chrono::milliseconds /*time*/) override { return true; }
    [[nodiscard]] std::optional<std::string> death() override { return crash_; }
    [[nodiscard]] std::vector<std::string> last_output() const override { return output_; }
    /// Every scenario starts its own.
    void discard() override { crash_.reset(); }
    [[nodiscard]] std::size_t refused_connections() const override { return refused_connections_; }

private:
    std::string name_;
    std::vector<std::string> command_;
    client_dialogue dialogue_;
    std::optional<std::string> refused_;
    std::optional<std::string> crash_;
    std::vector<std::string> output_;
    std::size_t refused_connections_{0};
    bool has_connected_{false};
    std::chrono::milliseconds grace_{500};
};

}  // namespace chatos::conformance
