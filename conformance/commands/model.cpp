// `chatos-conformance model`: the executable model as a server, and what it can be told.
#include "commands/commands.hpp"
#include "model/serve.hpp"
#include "report/text_layout.hpp"

#include <chatos/limits.hpp>

#include <algorithm>
#include <iostream>

namespace chatos::conformance {
namespace {

/// The tables hold neither quotes nor backslashes nor control characters, which a test makes sure of.
template <typename Entry>
void print_json(std::string_view key, std::span<const Entry> entries) {
    std::cout << "{\"" << key << "\": [";
    const char* separator = "\n";
    for (const Entry& one : entries) {
        std::cout << separator << "  {\"name\": \"" << one.name << "\", \"rule\": \"" << one.rule << "\", \"what\": \""
                  << one.what << "\"}";
        separator = ",\n";
    }
    std::cout << "\n]}\n";
}

template <typename Entry>
void print_text(std::span<const Entry> entries) {
    std::size_t columns = 0;
    for (const Entry& one : entries) {
        columns = std::max(columns, one.name.size());
    }
    for (const Entry& one : entries) {
        std::cout << padded(std::string{one.name}, columns) << "  " << padded(std::string{one.rule}, 7) << "  "
                  << one.what << '\n';
    }
}

template <typename Entry>
int print_list(std::string_view key, std::span<const Entry> entries, bool as_json) {
    if (as_json) {
        print_json(key, entries);
    } else {
        print_text(entries);
    }
    return exit_good;
}

/// Fills `settings` from names; false after complaining of one that does not exist.
bool choose(const model_command_settings& chosen, model_settings& settings) {
    for (const std::string& name : chosen.faults) {
        const fault_entry* found = find_fault(name);
        if (found == nullptr) {
            complain("model --fault " + printable(name) +
                     ": there is no such fault; `chatos-conformance model --list-faults` shows them");
            return false;
        }
        settings.wire.faults.add(found->id);
    }
    for (const std::string& name : chosen.variants) {
        const variant_entry* found = find_variant(name);
        if (found == nullptr) {
            complain("model --variant " + printable(name) +
                     ": there is no such variant; `chatos-conformance model --list-variants` shows them");
            return false;
        }
        settings.wire.variants.add(found->id);
    }
    return true;
}

}  // namespace

int model_command(const model_command_settings& chosen) {
    if (chosen.list_faults) {
        return print_list("faults", all_faults(), chosen.json);
    }
    if (chosen.list_variants) {
        return print_list("variants", all_variants(), chosen.json);
    }
    serve_settings settings;
    settings.port = chosen.port;
    settings.model.capacity = chosen.capacity;
    settings.model.answer_timeout = std::chrono::milliseconds{chosen.answer_timeout_ms};
    settings.model.pc_timeout = std::chrono::milliseconds{chosen.pc_timeout_ms};
    settings.model.login_timeout = std::chrono::milliseconds{chosen.login_timeout_ms};
    settings.model.tunnels = true;
    settings.model.tunnel_timeout = std::chrono::milliseconds{chosen.tunnel_timeout_ms};
    if (!choose(chosen, settings.model)) {
        return exit_usage;
    }
    if (settings.model.wire.variants.has(variant::smallest_limits)) {
        settings.model.wire.bounds = smallest_legal_limits;
    }
    settings.listening = [](std::uint16_t port) { std::cout << "listening on 127.0.0.1:" << port << std::endl; };
    complain("model: " + serve_model(std::move(settings)));
    return exit_gone;
}

}  // namespace chatos::conformance
