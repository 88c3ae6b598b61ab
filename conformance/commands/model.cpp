// `chatos-conformance model`: the executable models, and what they can be told.
#include "base/shown_text.hpp"
#include "base/text_columns.hpp"
#include "commands/commands.hpp"
#include "model/connect.hpp"
#include "model/fault.hpp"
#include "model/serve.hpp"

#include <chatos/limits.hpp>
#include <chatos/utf8.hpp>

#include <algorithm>
#include <iostream>

namespace chatos::conformance {
namespace {

/// A fault or a variant of either role.
struct listed_entry {
    test_role role;
    std::string_view name;
    std::string_view rule;
    std::string_view what;
};

class entry_list {
public:
    explicit entry_list(std::optional<test_role> role) : role_{role} {}

    void add(const listed_entry& one) {
        if (!role_ || *role_ == one.role) {
            entries_.push_back(one);
        }
    }

    int print(std::string_view key, bool as_json) const {
        as_json ? print_json(key) : print_text();
        return exit_good;
    }

private:
    /// The tables hold neither quotes nor backslashes nor control characters, which a test makes sure of.
    void print_json(std::string_view key) const {
        std::cout << "{\"" << key << "\": [";
        const char* separator = "\n";
        for (const listed_entry& one : entries_) {
            std::cout << separator << "  {\"role\": \"" << role_name(one.role) << "\", \"name\": \"" << one.name
                      << "\", \"rule\": \"" << one.rule << "\", \"what\": \"" << one.what << "\"}";
            separator = ",\n";
        }
        std::cout << "\n]}\n";
    }

    void print_text() const {
        std::size_t columns = 0;
        for (const listed_entry& one : entries_) {
            columns = std::max(columns, one.name.size());
        }
        for (const listed_entry& one : entries_) {
            std::cout << role_name(one.role) << "  " << base::padded(std::string{one.name}, columns) << "  "
                      << base::padded(std::string{one.rule}, 7) << "  " << one.what << '\n';
        }
    }

    std::optional<test_role> role_;
    std::vector<listed_entry> entries_;
};

/// Fills the sets from names; false after complaining of one that the role does not have.
template <typename Fault, typename Variant>
bool choose(const model_command_settings& chosen, flag_set<Fault>& faults, flag_set<Variant>& variants) {
    const std::string role{role_name(chosen.role.value_or(test_role::server))};
    const auto refuse = [&](const std::string& flag, const std::string& name, const std::string& what) {
        complain("model --" + flag + ' ' + base::printable(name) + ": there is no such " + flag + " of a " + role +
                 "; `chatos-conformance model --role " + role + " --list-" + what + "` shows them");
        return false;
    };
    for (const std::string& name : chosen.faults) {
        const auto* found = find_entry<Fault>(name);
        if (found == nullptr) {
            return refuse("fault", name, "faults");
        }
        faults.add(found->id);
    }
    for (const std::string& name : chosen.variants) {
        const auto* found = find_entry<Variant>(name);
        if (found == nullptr) {
            return refuse("variant", name, "variants");
        }
        variants.add(found->id);
    }
    return true;
}

int serve(const model_command_settings& chosen) {
    serve_settings settings;
    settings.port = chosen.port;
    settings.model.capacity = chosen.capacity;
    settings.model.answer_timeout = std::chrono::milliseconds{chosen.answer_timeout_ms};
    settings.model.pc_timeout = std::chrono::milliseconds{chosen.pc_timeout_ms};
    settings.model.login_timeout = std::chrono::milliseconds{chosen.login_timeout_ms};
    settings.model.tunnels = true;
    settings.model.tunnel_timeout = std::chrono::milliseconds{chosen.tunnel_timeout_ms};
    if (!choose(chosen, settings.model.wire.faults, settings.model.wire.variants)) {
        return exit_usage;
    }
    if (settings.model.wire.variants.has(variant::smallest_limits)) {
        settings.model.wire.bounds = smallest_legal_limits;
    }
    settings.listening = [](std::uint16_t port) { std::cout << "listening on 127.0.0.1:" << port << std::endl; };
    complain("model: " + serve_model(std::move(settings)));
    return exit_gone;
}

int chat(const model_command_settings& chosen) {
    const auto server = parse_endpoint(chosen.server);
    if (!server) {
        complain("model --connect " + base::printable(chosen.server) +
                 ": expected HOST:PORT with a port from 1 to 65535, for example 127.0.0.1:7777 or [::1]:7777");
        return exit_usage;
    }
    if (chosen.pseudo.empty() || find_ill_formed_utf8(chosen.pseudo) != utf8_well_formed) {
        complain("model --pseudo " + base::printable(chosen.pseudo) + ": expected a name, in UTF-8");
        return exit_usage;
    }
    connect_settings settings;
    settings.server = *server;
    settings.client.pseudo = chosen.pseudo;
    if (!choose(chosen, settings.client.faults, settings.client.variants)) {
        return exit_usage;
    }
    const auto left = connect_model(std::move(settings));
    if (const auto* error = std::get_if<std::string>(&left)) {
        complain("model: " + *error);
        return exit_gone;
    }
    return std::get<int>(left);
}

}  // namespace

int model_command(const model_command_settings& chosen) {
    entry_list listed{chosen.role};
    if (chosen.list_faults) {
        for (const known_fault& one : known_faults()) {
            listed.add({one.role, one.name, one.rule, one.description});
        }
        return listed.print("faults", chosen.json);
    }
    if (chosen.list_variants) {
        for (const auto& one : all_entries<variant>()) {
            listed.add({test_role::server, one.name, one.rule, one.description});
        }
        for (const auto& one : all_entries<client_variant>()) {
            listed.add({test_role::client, one.name, one.rule, one.description});
        }
        return listed.print("variants", chosen.json);
    }
    return chosen.role == test_role::client ? chat(chosen) : serve(chosen);
}

}  // namespace chatos::conformance
