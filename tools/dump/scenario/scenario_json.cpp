#include "dump/scenario/scenario_json.hpp"

#include "dump/json/json_object.hpp"

#include <chatos/layout.hpp>

#include <algorithm>

namespace chatos::dump {

using conformance::direction_end;
using conformance::observed_packet;

namespace {

using kind = planned_step::kind;

void add_key(output& out, std::string_view key) {
    out.add(", \"", key, "\": ");
}

/// A scenario's strings have names in braces: those of the conversation are doubled.
void add_text(output& out, const std::string& text) {
    std::string doubled;
    for (const char letter : text) {
        doubled += letter;
        if (letter == '{' || letter == '}') {
            doubled += letter;
        }
    }
    add_json_string(out, doubled);
}

void add_packet(output& out, const observed_packet& packet) {
    out.add("{\"packet\": \"", layout_of(packet.op).name, '"');
    for (const part which : layout_of(packet.op).parts()) {
        switch (which) {
        case part::pseudo:
            add_key(out, "pseudo");
            add_text(out, packet.pseudo);
            break;
        case part::message:
            add_key(out, "message");
            add_text(out, packet.message);
            break;
        case part::error_code:
            add_key(out, "code");
            out.add_number(packet.code);
            break;
        }
    }
    out.add('}');
}

void add_packets(output& out, const std::vector<const observed_packet*>& packets) {
    if (packets.size() == 1) {
        add_packet(out, *packets.front());
        return;
    }
    out.add('[');
    for (std::size_t index = 0; index < packets.size(); ++index) {
        out.add(index == 0 ? "" : ", ");
        add_packet(out, *packets[index]);
    }
    out.add(']');
}

void add_closed(output& out, direction_end end) {
    // A peer that resets may as well have closed in order.
    out.add(end == direction_end::fin ? R"({"closed": "fin"})" : R"({"closed": "any"})");
}

void add_action(output& out, const planned_step& step) {
    switch (step.action) {
    case kind::connect:
        add_key(out, "connect");
        out.add("true");
        break;
    case kind::send:
        add_key(out, "send");
        add_packets(out, step.packets);
        break;
    case kind::send_bytes:
        add_key(out, "send");
        out.add(R"({"raw": "x:)");
        for (const std::byte byte : *step.bytes) {
            out.add_hex(std::to_integer<std::uint8_t>(byte));
        }
        out.add("\"}");
        break;
    case kind::close:
        add_key(out, "close");
        out.add(step.end == direction_end::fin ? "\"fin\"" : "\"reset\"");
        break;
    case kind::expect:
        add_key(out, "expect");
        add_packet(out, *step.packets.front());
        break;
    case kind::expect_closed:
        add_key(out, "expect");
        add_closed(out, step.end);
        break;
    case kind::expect_refusal:
        add_key(out, "expect");
        out.add(R"({"choice": "ERR-2", "one_of": [{"name": "error-then-close", "steps": [)"
                R"({"expect": {"packet": "ERROR", "code": 5}}, {"expect": {"closed": "any"}}]}, )"
                R"({"name": "close", "steps": [{"expect": {"closed": "any"}}]}]})");
        break;
    }
}

std::string id_of(std::size_t step) {
    return "s" + std::to_string(step + 1);
}

void add_step(output& out, const scenario_plan& plan, std::size_t index, bool is_awaited) {
    const planned_step& step = plan.steps[index];
    out.add("    {\"actor\": \"", plan.actors[step.actor], '"');
    add_action(out, step);
    if (step.is_optional) {
        add_key(out, "optional");
        out.add("true");
    }
    if (step.within_ms != 0) {
        add_key(out, "within_ms");
        out.add_number(step.within_ms);
    }
    if (!step.rule.empty()) {
        add_key(out, "rule");
        add_json_string(out, step.rule);
    }
    if (is_awaited) {
        add_key(out, "id");
        add_json_string(out, id_of(index));
    }
    for (std::size_t at = 0; at < step.after.size(); ++at) {
        out.add(at == 0 ? ", \"after\": [" : ", ");
        add_json_string(out, id_of(step.after[at]));
    }
    out.add(step.after.empty() ? "}" : "]}");
}

}  // namespace

void write_scenario(output& out, const scenario_plan& plan, const scenario_name& name) {
    std::vector<bool> awaited(plan.steps.size());
    for (const planned_step& step : plan.steps) {
        for (const std::size_t index : step.after) {
            awaited[index] = true;
        }
    }
    const auto add_list = [&](std::string_view key, const auto& words) {
        out.add("  \"", key, "\": [");
        for (std::size_t index = 0; index < words.size(); ++index) {
            out.add(index == 0 ? "" : ", ");
            add_json_string(out, words[index]);
        }
        out.add("],\n");
    };
    out.add("{\n  \"schema\": 1,\n  \"id\": ");
    add_json_string(out, name.id);
    out.add(",\n  \"title\": ");
    add_json_string(out, name.title);
    out.add(",\n");
    add_list("rules", plan.rules);
    for (const auto& [option, value] : name.needs) {
        out.add(option == name.needs.begin()->first ? "  \"needs\": {" : ", ");
        add_json_string(out, option);
        out.add(": ", value);
    }
    out.add(name.needs.empty() ? "" : "},\n");
    if (!plan.has_closing_fence) {
        out.add("  \"closing_fence\": false,\n");
    }
    add_list("actors", plan.actors);
    out.add("  \"steps\": [\n");
    for (std::size_t index = 0; index < plan.steps.size(); ++index) {
        add_step(out, plan, index, awaited[index]);
        out.add(index + 1 == plan.steps.size() ? "\n" : ",\n");
    }
    out.add("  ]\n}\n");
}

}  // namespace chatos::dump
