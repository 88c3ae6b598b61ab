// Events of connections as log lines: the core's notices with the address of the peer, and events of the sockets.
#pragma once

#include "core/notice.hpp"
#include "net/source_address.hpp"
#include "ops/event_log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chatos::net {

/// Without a log it does nothing, and costs a comparison.
class connection_log final : public core::notice_sink {
public:
    using find_source = std::function<std::optional<source_address>(core::connection_id)>;

    connection_log(ops::event_log* log, find_source find) : log_{log}, find_{std::move(find)} {}

    /// The sink for the core; null without a log.
    [[nodiscard]] core::notice_sink* sink() noexcept { return log_ == nullptr ? nullptr : this; }

    void take(const core::notice& notice) override;

    void connected(core::connection_id id, const source_address& from);
    void disconnected(core::connection_id id, const source_address& from);
    void over_address_limit(const source_address& from, std::uint32_t limit);
    void over_address_rate(const source_address& from, std::uint32_t per_second);
    void bad_proxy_header(const source_address& proxy, std::string_view why);
    void untrusted_proxy(const source_address& from);
    void accept_paused(const std::string& why);
    void memory_short(std::uint64_t closed);
    void io_uring_stopped(const std::string& why);
    void stopping(std::size_t connections);
    void reopen();
    [[nodiscard]] ops::log_writer::counts count() const;
    /// Lines that the log's rate has left out.
    [[nodiscard]] std::uint64_t left_out() const;

private:
    [[nodiscard]] bool wants(ops::log_level level) const noexcept { return log_ != nullptr && log_->wants(level); }

    [[nodiscard]] bool admits(ops::log_level level, std::string_view event) const {
        return log_ != nullptr && log_->admits(level, event);
    }

    ops::event_log* log_;
    find_source find_;
};

}  // namespace chatos::net
