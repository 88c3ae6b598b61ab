#include "net/metrics_endpoint.hpp"

#include "net/endpoints.hpp"
#include "ops/process_figures.hpp"
#include "ops/scrape.hpp"

#include <asio/basic_socket_acceptor.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include <chrono>
#include <thread>
#include <unistd.h>
#include <utility>

namespace chatos::net {

namespace {

using acceptor_socket = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using stream_socket = asio::generic::stream_protocol::socket;

constexpr std::size_t exchanges_max = 16;
constexpr std::size_t request_bytes_max = 8'192;
constexpr auto exchange_timeout = std::chrono::seconds{3};
constexpr auto scrape_pause = std::chrono::milliseconds{100};

// One request and its answer. Lives while one of its operations is pending.
class exchange : public std::enable_shared_from_this<exchange> {
public:
    using answerer = std::function<std::string(std::string_view)>;

    exchange(stream_socket socket, std::size_t& count)
        : socket_{std::move(socket)}, alarm_{socket_.get_executor()}, count_{count} {
        ++count_;
    }
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    ~exchange() { --count_; }

    void start(const answerer& answer) {
        alarm_.expires_after(exchange_timeout);
        alarm_.async_wait([self = shared_from_this()](const asio::error_code& error) {
            if (!error) {
                self->end();
            }
        });
        asio::async_read_until(socket_, asio::dynamic_buffer(text_, request_bytes_max), "\r\n\r\n",
                               [self = shared_from_this(), &answer](const asio::error_code& error, std::size_t) {
                                   if (error) {
                                       self->end();
                                   } else {
                                       self->text_ = answer(self->text_);
                                       self->write();
                                   }
                               });
    }

private:
    void write() {
        asio::async_write(socket_, asio::buffer(text_),
                          [self = shared_from_this()](const asio::error_code&, std::size_t) { self->end(); });
    }

    void end() {
        asio::error_code ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
        socket_.close(ignored);
        alarm_.cancel();
    }

    stream_socket socket_;
    asio::steady_timer alarm_;
    std::string text_;
    std::size_t& count_;
};

}  // namespace

class metrics_endpoint::service {
public:
    service(source ask, std::string version)
        : acceptor_{context_}, pause_{context_}, answer_{[ask = std::move(ask),
                                                          version = std::move(version)](std::string_view head) {
              return ops::answer_scrape(head, ask(), ops::read_process_figures(), version);
          }} {}
    service(const service&) = delete;
    service& operator=(const service&) = delete;
    ~service() {
        context_.stop();
        if (thread_.joinable()) {
            thread_.join();
        }
        if (!unix_path_.empty()) {
            static_cast<void>(::unlink(unix_path_.c_str()));
        }
    }

    listen_result listen(const listen_address& where) {
        opened_socket opened = open_listener(where);
        if (opened.fault.empty()) {
            acceptor_.assign(asio::generic::stream_protocol{opened.family, 0}, opened.socket.release());
            acceptor_.non_blocking(true);
            // By default Asio ignores ECONNABORTED and then blocks until the next connection comes.
            acceptor_.set_option(asio::socket_base::enable_connection_aborted{true});
            unix_path_ = where.unix_path;
            await_connection();
            thread_ = std::thread{[this] { context_.run(); }};
        }
        return {.bound = std::move(opened.bound), .fault = std::move(opened.fault)};
    }

private:
    void await_connection() {
        acceptor_.async_wait(asio::socket_base::wait_read, [this](const asio::error_code& error) {
            if (!error) {
                accept_one();
            }
        });
    }

    // Without room or descriptors, scrapers wait in the system's queue.
    void accept_one() {
        stream_socket socket{context_};
        asio::error_code error{asio::error::no_descriptors};
        if (exchanges_ < exchanges_max) {
            acceptor_.accept(socket, error);
        }
        if (!error) {
            socket.non_blocking(true, error);
            std::make_shared<exchange>(std::move(socket), exchanges_)->start(answer_);
            await_connection();
            return;
        }
        pause_.expires_after(scrape_pause);
        pause_.async_wait([this](const asio::error_code& stopped) {
            if (!stopped) {
                await_connection();
            }
        });
    }

    std::size_t exchanges_{0};  // before the context: pending operations end with it
    asio::io_context context_{1};
    acceptor_socket acceptor_;
    asio::steady_timer pause_;
    exchange::answerer answer_;
    std::string unix_path_;
    std::thread thread_;
};

metrics_endpoint::metrics_endpoint(source ask, std::string version)
    : service_{std::make_unique<service>(std::move(ask), std::move(version))} {}
metrics_endpoint::~metrics_endpoint() = default;
listen_result metrics_endpoint::listen(const listen_address& where) {
    return service_->listen(where);
}

}  // namespace chatos::net
