#include "ops/reload.hpp"

#include "ops/limit_table.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace chatos::ops {

namespace {

// Frames, counts and queues are made by them.
service_options with_fixed_of(const service_options& current, service_options fresh) {
    for (const limit& limit : limits()) {
        if (limit.fixed) {
            limit.set(fresh, limit.get(current));
        }
    }
    fresh.core.tunnels = current.core.tunnels;
    return fresh;
}

}  // namespace

std::optional<service_options> reloader::reload() {
    const parsed_flags parsed = parse_flags(argument_count_, arguments_, memory_.bytes());
    if (parsed.value.config.empty() && parsed.fault.empty()) {
        return std::nullopt;
    }
    if (!parsed.fault.empty()) {
        return refuse(parsed.fault);
    }
    service_options wanted = parsed.value.options;
    wanted.descriptors_max = current_.options.descriptors_max;
    service_options fresh = with_fixed_of(current_.options, wanted);
    for (const service_options& options : {wanted, fresh}) {
        if (const std::string fault = find_fault(options, memory_.machine); !fault.empty()) {
            return refuse(fault);
        }
    }
    std::uint64_t changes = 0;
    report_limits(wanted, changes);
    report_fixed(parsed.value);
    if (parsed.value.log_level != current_.log_level) {
        current_.log_level = parsed.value.log_level;
        log_.change_level(*parse_log_level(current_.log_level));
        ++changes;
    }
    log_.change_rate(fresh.log_lines_per_second_max);
    current_.options = fresh;
    log_.write(event_log::line(log_level::info, "reloaded").add("changes", changes));
    return fresh;
}

std::optional<service_options> reloader::refuse(const std::string& why) {
    log_.write(event_log::line(log_level::warning, "reload_refused").add("why", why));
    return std::nullopt;
}

void reloader::report_limits(const service_options& fresh, std::uint64_t& changes) {
    for (const limit& limit : limits()) {
        const std::uint64_t before = limit.get(current_.options);
        const std::uint64_t after = limit.get(fresh);
        if (before == after) {
            continue;
        }
        if (limit.fixed) {
            report_fixed(limit.flag);
            continue;
        }
        ++changes;
        log_.write(event_log::line(log_level::info, "limit_changed")
                       .add("flag", limit.flag)
                       .add("from", before)
                       .add("to", after));
    }
}

void reloader::report_fixed(const flags& fresh) {
    const std::pair<std::string_view, bool> changed[]{
        {"--listen", fresh.listen != current_.listen},
        {"--proxy-protocol", fresh.proxy_protocol != current_.proxy_protocol},
        {"--proxy-trust", fresh.proxy_trust != current_.proxy_trust},
        {"--unix-mode", fresh.unix_mode != current_.unix_mode},
        {"--unix-group", fresh.unix_group != current_.unix_group},
        {"--metrics", fresh.metrics != current_.metrics},
        {"--log-format", fresh.log_format != current_.log_format},
        {"--log-file", fresh.log_file != current_.log_file},
        {"--tunnel", fresh.options.core.tunnels != current_.options.core.tunnels},
        {"--io-uring", fresh.io_uring != current_.io_uring},
    };
    for (const auto& [flag, differs] : changed) {
        if (differs) {
            report_fixed(flag);
        }
    }
}

void reloader::report_fixed(std::string_view flag) {
    log_.write(event_log::line(log_level::warning, "restart_needed").add("flag", flag));
}

}  // namespace chatos::ops
