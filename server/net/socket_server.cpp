#include "net/socket_server.hpp"

#include "net/event_loop.hpp"

namespace chatos::net {

namespace {

// Kept for the process itself (standard streams, the loop's own): without a descriptor it could not even report that.
constexpr std::size_t descriptors_spare = 16;

}  // namespace

socket_server::socket_server(const core::options& bounds, const service_setup& setup)
    : loop_{std::make_unique<event_loop>(bounds, setup)} {}
socket_server::~socket_server() = default;
listen_result socket_server::listen(const base::endpoint& where, const listen_options& options) {
    return loop_->listen(where, options);
}
void socket_server::stop_on_signals() {
    loop_->stop_on_signals();
}
std::size_t socket_server::descriptors_min(std::size_t listeners) noexcept {
    return listeners + descriptors_spare + 1;
}
std::string_view socket_server::prepare_io() {
    return loop_->prepare_io();
}
void socket_server::run() {
    loop_->run();
}
void socket_server::stop() {
    loop_->request_stop();
}
std::optional<ops::service_snapshot> socket_server::request_snapshot(std::chrono::milliseconds timeout) {
    return loop_->request_snapshot(timeout);
}
core::statistics socket_server::count() const {
    return loop_->count();
}

}  // namespace chatos::net
