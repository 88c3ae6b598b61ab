// A small HTTP server for what an operator asks a program (/metrics, /healthz), on a thread of its own.
#pragma once

#include "base/endpoint.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace chatos::base {

/// One request and one answer per connection. Everything is bounded: connections at a time, bytes of a request, time
/// for the whole exchange. When all places are taken and one more client comes, the exchange that has stood still for
/// longest is cut. It authenticates nobody, so it is meant for addresses that only the operator reaches.
class http_responder {
public:
    /// Gives the whole answer (base::http_answer()) to the head of a request. Called on the responder's thread, one
    /// request at a time; it may take a while. When it throws std::bad_alloc, that client gets no answer.
    using handler = std::function<std::string(std::string_view head)>;

    explicit http_responder(handler answer);
    ~http_responder();
    http_responder(const http_responder&) = delete;
    http_responder& operator=(const http_responder&) = delete;

    struct listen_outcome {
        std::vector<std::string> bound{};  ///< "127.0.0.1:9090", as clients reach it, for each address of the host
        std::string fault{};               ///< empty: it listens; otherwise the system's reason
    };
    /// Once. When it listens, it serves until it is destroyed. Throws std::system_error when the system gives no
    /// thread.
    [[nodiscard]] listen_outcome listen(const endpoint& where);

private:
    class service;
    std::unique_ptr<service> service_;
};

}  // namespace chatos::base
