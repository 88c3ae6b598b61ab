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

// What a client alone brings about is information; warnings are for what an operator can change.
kind kind_of(event what) {
    switch (what) {
    case event::registered: return {"registered", log_level::debug};
    case event::refused_input: return {"refused_input", log_level::info};
    case event::slow_login: return {"slow_login", log_level::info};
    case event::slow_packet: return {"slow_packet", log_level::info};
    case event::unresponsive: return {"unresponsive", log_level::info};
    case event::no_room: return {"no_room", log_level::warning};
    case event::input_bound: return {"input_bound", log_level::warning};
    }
    return {"unknown", log_level::error};
}

std::string name_of(core::connection_id who) {
    return std::to_string(who.slot) + "." + std::to_string(who.generation);
}

}  // namespace

void connection_log::take(const core::notice& what) {
    const auto [name, level] = kind_of(what.what);
    if (!wants(level)) {
        return;
    }
    ops::log_line line = ops::journal::line(level, name);
    line.add("connection", name_of(what.who));
    if (const source_address* from = find_(what.who)) {
        line.add("peer", text_of(*from));
    }
    if (!what.pseudo.empty()) {
        line.add("pseudo", what.pseudo);
    }
    if (what.what == event::refused_input) {
        line.add("rule", rule_of(what.broken)).add("offset", what.offset).add("why", violation_name(what.broken));
        line.add_bytes("excerpt", {reinterpret_cast<const char*>(what.excerpt.data()), what.excerpt.size()});
    }
    journal_->write(std::move(line));
}

void connection_log::connected(core::connection_id who, const source_address& from) {
    if (wants(log_level::debug)) {
        ops::log_line line = ops::journal::line(log_level::debug, "connected");
        journal_->write(std::move(line.add("connection", name_of(who)).add("peer", text_of(from))));
    }
}

void connection_log::disconnected(core::connection_id who, const source_address& from) {
    if (wants(log_level::debug)) {
        ops::log_line line = ops::journal::line(log_level::debug, "disconnected");
        journal_->write(std::move(line.add("connection", name_of(who)).add("peer", text_of(from))));
    }
}

void connection_log::over_address_limit(const source_address& from, std::uint32_t limit) {
    if (wants(log_level::warning)) {
        ops::log_line line = ops::journal::line(log_level::warning, "address_limit");
        journal_->write(std::move(line.add("peer", text_of(from)).add("limit", limit)));
    }
}

void connection_log::accept_paused(const std::string& why) {
    if (wants(log_level::warning)) {
        ops::log_line line = ops::journal::line(log_level::warning, "accept_paused");
        journal_->write(std::move(line.add("why", why)));
    }
}

void connection_log::stopping(std::size_t connections) {
    if (wants(log_level::info)) {
        ops::log_line line = ops::journal::line(log_level::info, "stopping");
        journal_->write(std::move(line.add("connections", connections)));
    }
}

void connection_log::reopen() {
    if (journal_ != nullptr) {
        journal_->reopen();
        if (wants(log_level::info)) {
            journal_->write(ops::journal::line(log_level::info, "log_reopened"));
        }
    }
}

ops::log_writer::counts connection_log::count() const {
    return journal_ == nullptr ? ops::log_writer::counts{} : journal_->count();
}

}  // namespace chatos::net
