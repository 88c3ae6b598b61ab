// A server with two connections that says what a test tells it to, right or wrong. It runs on a thread of its own.
#pragma once

#include <string>
#include <thread>

namespace chatos::bench::testing {

struct script {
    std::string first_login{};    ///< answer to the first bytes of the first connection
    std::string second_login{};   ///< the same of the second; empty: there is none
    std::string to_second{};      ///< sent to the second when the first has spoken again
    std::string to_first{};       ///< sent to the first when the second has spoken after that
    std::string then_to_first{};  ///< sent to the first without waiting for the second
    bool closes{false};           ///< ends with closing both; otherwise it waits until they are closed
};

class scripted_server {
public:
    explicit scripted_server(script steps);
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server();

    [[nodiscard]] const std::string& address() const noexcept { return address_; }

private:
    void run(const script& steps) const;

    int listener_{-1};
    std::string address_;
    std::thread thread_;
};

}  // namespace chatos::bench::testing
