#include "net/listen_plan.hpp"

#include <algorithm>
#include <charconv>
#include <grp.h>
#include <optional>
#include <utility>

namespace chatos::net {

namespace {

template <typename Number>
std::optional<Number> parse_digits(const std::string& text, int base, Number most) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    return whole && value <= most ? std::optional{value} : std::nullopt;
}

std::optional<::gid_t> find_group(const std::string& text) {
    if (const auto number = parse_digits<::gid_t>(text, 10, UINT32_MAX - 1)) {  // -1 means no group
        return number;
    }
    const ::group* known = ::getgrnam(text.c_str());
    return known == nullptr ? std::nullopt : std::optional{known->gr_gid};
}

std::string plan_access(const ops::flags& flags, base::unix_access& access) {
    if (!flags.unix_mode.empty()) {
        access.mode = parse_digits<::mode_t>(flags.unix_mode, 8, 0777);
        if (!access.mode) {
            return "--unix-mode: invalid value '" + flags.unix_mode + "': expected an octal number from 0 to 777";
        }
    }
    if (!flags.unix_group.empty()) {
        access.group = find_group(flags.unix_group);
        if (!access.group) {
            return "--unix-group: invalid value '" + flags.unix_group +
                   "': expected the name of a group of this system, or a number";
        }
    }
    return {};
}

std::string plan_proxies(const ops::flags& flags, listen_plan& plan) {
    for (const std::string& text : flags.proxy_trust) {
        address_range_result range = parse_address_range(text);
        if (!range.fault.empty()) {
            return "--proxy-trust: " + range.fault;
        }
        plan.trusted_proxies.push_back(range.value);
    }
    for (const std::string& text : flags.proxy_protocol) {
        const auto parsed = base::parse_listen_endpoint(text);
        const auto named =
            std::find_if(plan.listeners.begin(), plan.listeners.end(),
                         [&parsed](const planned_listener& listener) { return listener.where == parsed.value; });
        if (!parsed.fault.empty() || named == plan.listeners.end()) {
            return "--proxy-protocol: invalid value '" + text + "': expected an address that --listen names as well";
        }
        if (!parsed.value.is_unix() && plan.trusted_proxies.empty()) {
            return "--proxy-protocol: " + text + " needs --proxy-trust, the addresses of the proxies";
        }
        named->options.proxy_protocol = true;
    }
    return {};
}

}  // namespace

listen_plan plan_listeners(const ops::flags& flags) {
    listen_plan plan;
    listen_options options;
    plan.fault = plan_access(flags, options.unix_access);
    for (const std::string& text : flags.listen) {
        auto parsed = base::parse_listen_endpoint(text);
        if (!parsed.fault.empty()) {
            plan.fault = "--listen: " + parsed.fault;
        }
        plan.listeners.push_back({.text = text, .where = std::move(parsed.value), .options = options});
    }
    if (plan.fault.empty()) {
        plan.fault = plan_proxies(flags, plan);
    }
    return plan;
}

}  // namespace chatos::net
