#include "bench/benchmarks.hpp"

#include "base/system/process_usage.hpp"
#include "bench/chatos_dialect.hpp"
#include "bench/descriptor_limit.hpp"
#include "bench/message_load.hpp"
#include "bench/mqtt_dialect.hpp"
#include "bench/redis_dialect.hpp"
#include "bench/registration_load.hpp"

#include <memory>
#include <unistd.h>

namespace chatos::bench {

namespace {

constexpr double client_share_high = 0.9;

/// Names of users, channels and topics, so that two loads on one server do not meet.
std::string own_name() {
    return "b" + std::to_string(::getpid()) + "-";
}

std::unique_ptr<dialect> make_dialect(protocol spoken, const workload& load) {
    switch (spoken) {
    case protocol::redis: return std::make_unique<redis_dialect>(load, own_name());
    case protocol::mqtt: return std::make_unique<mqtt_dialect>(load, own_name());
    case protocol::chatos: break;
    }
    return std::make_unique<chatos_dialect>(load, own_name());
}

std::string protocol_name(protocol spoken) {
    return spoken == protocol::redis ? "redis" : spoken == protocol::mqtt ? "mqtt" : "chatos";
}

std::string benchmark_name(const request& request) {
    switch (request.kind) {
    case benchmark::personal: return "personal";
    case benchmark::connect: return "connect";
    case benchmark::idle: return "idle";
    case benchmark::fanout: break;
    }
    return "fanout";
}

double per(double value, std::uint64_t divisor) {
    return divisor == 0 ? 0 : value / static_cast<double>(divisor);
}

double per_second(std::uint64_t count, std::uint64_t elapsed_ns) {
    return per(static_cast<double>(count) * 1e9, elapsed_ns);
}

void add_latencies(report& out, const base::histogram& latencies) {
    out.add("latency_p50_ns", "latency p50", figure_kind::nanoseconds, latencies.at_per_mille(500));
    out.add("latency_p99_ns", "latency p99", figure_kind::nanoseconds, latencies.at_per_mille(990));
    out.add("latency_p999_ns", "latency p99.9", figure_kind::nanoseconds, latencies.at_per_mille(999));
    out.add("latency_max_ns", "latency max", figure_kind::nanoseconds, latencies.highest());
}

/// `unit` and `count`: what the server's CPU time is divided by.
void add_usage(report& out, const usage& used, const std::string& unit, std::uint64_t count) {
    if (used.server_cpu_ns) {
        const auto cpu_ns = static_cast<double>(*used.server_cpu_ns);
        out.add("server_cpu_ns", "", figure_kind::nanoseconds, *used.server_cpu_ns);
        out.add("server_cpu_per_" + unit + "_us", "server CPU per " + unit, figure_kind::microseconds,
                per(cpu_ns / 1e3, count));
        out.add("server_cpu_share", "server CPU", figure_kind::share, per(cpu_ns, used.elapsed_ns));
    }
    const double share = per(static_cast<double>(used.client_cpu_ns), used.elapsed_ns);
    out.add("client_cpu_ns", "", figure_kind::nanoseconds, used.client_cpu_ns);
    out.add("client_cpu_share", "client CPU", figure_kind::share, share);
    if (share > client_share_high) {
        out.add_text("note", "note", "the client was busy all the time: it may have been the limit, not the server");
    }
}

void add_resident(report& out, const std::string& key, const std::string& label,
                  const std::optional<std::uint64_t>& resident) {
    if (resident) {
        out.add(key, label, figure_kind::byte_count, *resident);
    }
}

outcome begin(const request& request) {
    outcome result;
    result.figures.add_text("benchmark", "", benchmark_name(request));
    result.figures.add_text("protocol", "", protocol_name(request.spoken));
    result.figures.add_text("target", "", request.target);
    return result;
}

void add_fault(outcome& result, const std::string& fault) {
    result.server_fault = fault;
    if (!fault.empty()) {
        result.figures.add_text("fault", "", fault);
    }
}

message_plan plan_of(const request& request) {
    message_plan plan;
    plan.server = request.server;
    plan.load = {.senders = request.senders,
                 .receivers = request.receivers,
                 .message_bytes = request.message_bytes,
                 .in_flight = request.in_flight};
    plan.measured = {.messages = request.messages, .seconds = request.messages == 0 ? request.seconds : 0};
    if (request.kind == benchmark::personal) {
        plan.load.senders = request.pairs;
        plan.load.receivers = request.pairs;
        plan.load.to = audience::partner;
    } else if (request.kind == benchmark::idle) {
        plan.load.senders = 1;
        plan.load.receivers = request.users - 1;
        plan.load.in_flight = 1;
        plan.measured = {.messages = 1};
    }
    return plan;
}

std::string title_of(const request& request, const workload& load) {
    const std::string size =
        std::to_string(load.in_flight) + " in flight each, " + std::to_string(load.message_bytes) + " bytes";
    const std::string where = " on " + protocol_name(request.spoken) + " at " + request.target + ": ";
    switch (request.kind) {
    case benchmark::personal: return "personal" + where + std::to_string(load.senders) + " pairs, " + size;
    case benchmark::connect:
        return "connect" + where + std::to_string(request.users) + " users, " + std::to_string(request.at_once) +
               " at once";
    case benchmark::idle: return "idle" + where + std::to_string(request.users) + " users";
    case benchmark::fanout: break;
    }
    return "fanout" + where + std::to_string(load.senders) + " senders, " + std::to_string(load.receivers) +
           " receivers, " + size;
}

void add_idle(report& out, const request& request, const message_figures& figures) {
    out.add("users", "users", figure_kind::count, std::uint64_t{request.users});
    out.add("login_ns", "logged in within", figure_kind::nanoseconds, figures.login_ns);
    out.add("reached", "reached by a message", figure_kind::count, figures.deliveries);
    add_resident(out, "server_resident_before_bytes", "server memory with 1 user", figures.resident_before);
    add_resident(out, "server_resident_logged_in_bytes", "server memory with all", figures.resident_logged_in);
    add_resident(out, "server_resident_bytes", "and after the message", figures.resident_at_end);
    if (figures.resident_before && figures.resident_logged_in) {
        const double more =
            static_cast<double>(*figures.resident_logged_in) - static_cast<double>(*figures.resident_before);
        out.add("server_bytes_per_user", "server memory per user", figure_kind::byte_count,
                per(more, request.users - 1U));
    }
}

outcome run_messages(const request& request, const target_address& target) {
    const message_plan plan = plan_of(request);
    const auto spoken = make_dialect(request.spoken, plan.load);
    const message_figures figures = message_load{*spoken, target, plan}.run();

    outcome result = begin(request);
    report& out = result.figures;
    result.title = title_of(request, plan.load);
    if (request.kind == benchmark::idle) {
        add_idle(out, request, figures);
        add_fault(result, figures.fault);
        return result;
    }
    if (figures.used.elapsed_ns == 0) {
        add_fault(result, figures.fault);
        return result;
    }
    out.add("senders", "", figure_kind::count, std::uint64_t{plan.load.senders});
    out.add("receivers", "", figure_kind::count, std::uint64_t{plan.load.receivers});
    out.add("message_bytes", "", figure_kind::count, std::uint64_t{plan.load.message_bytes});
    out.add("in_flight", "", figure_kind::count, std::uint64_t{plan.load.in_flight});
    out.add("elapsed_ns", "measured for", figure_kind::nanoseconds, figures.used.elapsed_ns);
    out.add("messages", "messages", figure_kind::count, figures.messages);
    out.add("deliveries", "deliveries", figure_kind::count, figures.deliveries);
    out.add("messages_per_second", "messages", figure_kind::per_second,
            per_second(figures.messages, figures.used.elapsed_ns));
    out.add("deliveries_per_second", "deliveries", figure_kind::per_second,
            per_second(figures.deliveries, figures.used.elapsed_ns));
    add_latencies(out, figures.latencies);
    add_usage(out, figures.used, "delivery", figures.deliveries);
    add_resident(out, "server_resident_bytes", "server memory", figures.resident_at_end);
    add_fault(result, figures.fault);
    return result;
}

outcome run_registrations(const request& request, const target_address& target) {
    const workload nobody{.senders = 0, .receivers = 0};
    chatos_dialect spoken{nobody, own_name()};
    const registration_plan plan{.users = request.users, .at_once = request.at_once, .server = request.server};
    const registration_figures figures = registration_load{spoken, target, plan}.run();

    outcome result = begin(request);
    report& out = result.figures;
    result.title = title_of(request, nobody);
    if (figures.used.elapsed_ns == 0) {
        add_fault(result, figures.fault);
        return result;
    }
    out.add("at_once", "", figure_kind::count, std::uint64_t{request.at_once});
    out.add("elapsed_ns", "measured for", figure_kind::nanoseconds, figures.used.elapsed_ns);
    out.add("registrations", "registrations", figure_kind::count, figures.registrations);
    out.add("registrations_per_second", "registrations", figure_kind::per_second,
            per_second(figures.registrations, figures.used.elapsed_ns));
    add_latencies(out, figures.latencies);
    add_usage(out, figures.used, "registration", figures.registrations);
    add_resident(out, "server_resident_bytes", "server memory", figures.resident_at_end);
    add_fault(result, figures.fault);
    return result;
}

/// Connections at the same time, and in all.
struct connection_needs {
    std::uint32_t at_once;
    std::uint32_t in_all;
};

connection_needs needs_of(const request& request) {
    if (request.kind == benchmark::connect) {
        return {request.at_once, request.users + request.users / 10U};
    }
    const workload load = plan_of(request).load;
    return {load.senders + load.receivers, load.senders + load.receivers};
}

}  // namespace

outcome run_benchmark(const request& request) {
    const target_result target = parse_target(request.target);
    if (!target.fault.empty()) {
        return {.usage_fault = target.fault};
    }
    if (request.server && !base::cpu_time_ns(*request.server)) {
        return {.usage_fault = "--pid " + std::to_string(*request.server) + ": there is no such process"};
    }
    const connection_needs needs = needs_of(request);
    if (needs.in_all > target.address.connections_max()) {
        return {.usage_fault = std::to_string(needs.in_all) +
                               " connections are more than the ports of our addresses: " +
                               std::to_string(target.address.connections_max()) + " to " + request.target +
                               "; ask for fewer, or use a target in 127.0.0.0/8"};
    }
    if (std::string fault = raise_descriptor_limit(needs.at_once); !fault.empty()) {
        return {.usage_fault = std::move(fault)};
    }
    return request.kind == benchmark::connect ? run_registrations(request, target.address)
                                              : run_messages(request, target.address);
}

}  // namespace chatos::bench
