#include "runner/described_implementation.hpp"

namespace chatos::conformance {

using namespace std::chrono_literals;

std::unique_ptr<started_command> described_server(const profile& profile, double time_factor) {
    return std::make_unique<started_command>(start_command{profile.name, profile.command, profile.options},
                                             server_start_time(time_factor));
}

std::unique_ptr<started_client> described_client(const profile& profile) {
    return std::make_unique<started_client>(profile.name, profile.command, profile.dialogue);
}

std::unique_ptr<implementation> described_implementation(const profile& profile, double time_factor) {
    if (profile.role == test_role::client) {
        return described_client(profile);
    }
    return described_server(profile, time_factor);
}

std::chrono::milliseconds server_start_time(double time_factor) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(15'000ms * time_factor);
}

}  // namespace chatos::conformance
