#include "net/connection_log.hpp"

#include <chatos/decode.hpp>

#include <string_view>

namespace chatos::net {

namespace {

using event = core::notice::event;
using ops::log_level;

struct kind {
    std::string_view name;
    log_level level;
};

// Events that a client alone causes are information; warnings are for what an operator can change.
kind kind_of(event kind) {
    switch (kind) {
    case event::registered: return {"registered", log_level::debug};
    case event::refused_input: return {"refused_input", log_level::info};
    case event::slow_login: return {"slow_login", log_level::info};
    case event::slow_packet: return {"slow_packet", log_level::info};
    case event::unresponsive: return {"unresponsive", log_level::info};
    case event::no_room: return {"no_room", log_level::warning};
    case event::input_bound: return {"input_bound", log_level::warning};
    case event::long_unregistered: return {"long_stranger", log_level::info};
    case event::output_bound: return {"output_bound", log_level::warning};
    case event::tunnel_limit: return {"tunnel_limit", log_level::warning};
    case event::tunnel_idle: return {"tunnel_idle", log_level::info};
    }
    return {"unknown", log_level::error};
}

std::string_view name_of(core::tunnel_limit limit) {
    switch (limit) {
    case core::tunnel_limit::none: break;
    case core::tunnel_limit::total: return "total";
    case core::tunnel_limit::user: return "user";
    case core::tunnel_limit::address: return "address";
    }
    return "none";
}

std::string name_of(core::connection_id id) {
    return std::to_string(id.slot) + "." + std::to_string(id.generation);
}

}  // namespace

void connection_log::take(const core::notice& notice) {
    const auto [name, level] = kind_of(notice.kind);
    if (!admits(level, name)) {
        return;
    }
    ops::log_line line = ops::event_log::line(level, name);
    line.add("connection", name_of(notice.connection));
    if (const auto from = find_(notice.connection)) {
        line.add("peer", text_of(*from));
    }
    if (!notice.pseudo.empty()) {
        line.add("pseudo", notice.pseudo);
    }
    if (notice.kind == event::tunnel_limit) {
        line.add("cause", name_of(notice.limit));
    }
    if (notice.kind == event::refused_input) {
        line.add("rule", rule_of(notice.cause)).add("offset", notice.offset).add("why", violation_name(notice.cause));
        line.add_bytes("excerpt", {reinterpret_cast<const char*>(notice.excerpt.data()), notice.excerpt.size()});
    }
    log_->write(std::move(line));
}

void connection_log::connected(core::connection_id id, const source_address& from) {
    if (wants(log_level::debug)) {
        ops::log_line line = ops::event_log::line(log_level::debug, "connected");
        log_->write(std::move(line.add("connection", name_of(id)).add("peer", text_of(from))));
    }
}

void connection_log::disconnected(core::connection_id id, const source_address& from) {
    if (wants(log_level::debug)) {
        ops::log_line line = ops::event_log::line(log_level::debug, "disconnected");
        log_->write(std::move(line.add("connection", name_of(id)).add("peer", text_of(from))));
    }
}

void connection_log::over_address_limit(const source_address& from, std::uint32_t limit) {
    if (admits(log_level::warning, "address_limit")) {
        ops::log_line line = ops::event_log::line(log_level::warning, "address_limit");
        log_->write(std::move(line.add("peer", text_of(from)).add("limit", limit)));
    }
}

void connection_log::over_address_rate(const source_address& from, std::uint32_t per_second) {
    if (admits(log_level::warning, "address_rate")) {
        ops::log_line line = ops::event_log::line(log_level::warning, "address_rate");
        log_->write(std::move(line.add("peer", text_of(from)).add("limit", per_second)));
    }
}

void connection_log::bad_proxy_header(const source_address& proxy, std::string_view why) {
    if (admits(log_level::info, "proxy_header")) {
        ops::log_line line = ops::event_log::line(log_level::info, "proxy_header");
        log_->write(std::move(line.add("peer", text_of(proxy)).add("why", why)));
    }
}

void connection_log::untrusted_proxy(const source_address& from) {
    if (admits(log_level::warning, "proxy_untrusted")) {
        ops::log_line line = ops::event_log::line(log_level::warning, "proxy_untrusted");
        log_->write(std::move(line.add("peer", text_of(from))));
    }
}

void connection_log::accept_paused(const std::string& why) {
    if (admits(log_level::warning, "accept_paused")) {
        ops::log_line line = ops::event_log::line(log_level::warning, "accept_paused");
        log_->write(std::move(line.add("why", why)));
    }
}

void connection_log::memory_short(std::uint64_t closed) {
    if (admits(log_level::warning, "memory_short")) {
        ops::log_line line = ops::event_log::line(log_level::warning, "memory_short");
        line.add("closed", closed);
        log_->write(
            std::move(line.add("advice", "the system has no more memory: raise its limit (ulimit -v, MemoryMax=) "
                                         "or lower the limits of this server (--print-limits)")));
    }
}

void connection_log::io_uring_stopped(const std::string& why) {
    if (wants(log_level::warning)) {
        ops::log_line line = ops::event_log::line(log_level::warning, "io_uring_stopped");
        log_->write(std::move(line.add("why", why).add("io", "one_by_one")));
    }
}

void connection_log::stopping(std::size_t connections) {
    if (wants(log_level::info)) {
        ops::log_line line = ops::event_log::line(log_level::info, "stopping");
        log_->write(std::move(line.add("connections", connections)));
    }
}

void connection_log::reopen() {
    if (log_ != nullptr) {
        log_->reopen();
    }
}

std::uint64_t connection_log::left_out() const {
    return log_ == nullptr ? 0 : log_->left_out();
}

ops::log_writer::counts connection_log::count() const {
    return log_ == nullptr ? ops::log_writer::counts{} : log_->count();
}

}  // namespace chatos::net
