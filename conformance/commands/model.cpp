// `chatos-conformance model`: the executable models, and what they can be told.
#include "base/shown_text.hpp"
#include "base/similar_word.hpp"
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
    std::string_view description;
};

class entry_list {
public:
    explicit entry_list(std::optional<test_role> role) : role_{role} {}

    void add(const listed_entry& entry) {
        if (!role_ || *role_ == entry.role) {
            entries_.push_back(entry);
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
        for (const listed_entry& entry : entries_) {
            std::cout << separator << "  {\"role\": \"" << role_name(entry.role) << "\", \"name\": \"" << entry.name
                      << "\", \"rule\": \"" << entry.rule << "\", \"what\": \"" << entry.description << "\"}";
            separator = ",\n";
        }
        std::cout << "\n]}\n";
    }

    void print_text() const {
        std::size_t columns = 0;
        for (const listed_entry& entry : entries_) {
            columns = std::max(columns, entry.name.size());
        }
        for (const listed_entry& entry : entries_) {
            std::cout << role_name(entry.role) << "  " << base::padded(std::string{entry.name}, columns) << "  "
                      << base::padded(std::string{entry.rule}, 7) << "  " << entry.description << '\n';
        }
    }

    std::optional<test_role> role_;
    std::vector<listed_entry> entries_;
};

/// Fills the sets from names; prints an error and returns false for one that the role does not have.
template <typename Fault, typename Variant>
bool choose(const model_command_settings& settings, flag_set<Fault>& faults, flag_set<Variant>& variants) {
    const std::string role{role_name(settings.role.value_or(test_role::server))};
    const auto set_all = [&]<typename Id>(const std::string& flag, const std::vector<std::string>& names,
                                          flag_set<Id>& flags) {
        return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
            if (const auto* entry = find_entry<Id>(name)) {
                flags.add(entry->id);
                return true;
            }
            std::vector<std::string> known;
            for (const auto& entry : all_entries<Id>()) {
                known.emplace_back(entry.name);
            }
            print_error("model --" + flag + ' ' + base::printable(name) + ": there is no such " + flag + " of a " +
                        role + "; `chatos-conformance model --role " + role + " --list-" + flag + "s` shows them" +
                        base::did_you_mean(name, known));
            return false;
        });
    };
    return set_all("fault", settings.faults, faults) && set_all("variant", settings.variants, variants);
}

int serve(const model_command_settings& settings) {
    serve_settings server;
    server.port = settings.port;
    server.model.capacity = settings.capacity;
    server.model.answer_timeout = std::chrono::milliseconds{settings.answer_timeout_ms};
    server.model.pc_timeout = std::chrono::milliseconds{settings.pc_timeout_ms};
    server.model.login_timeout = std::chrono::milliseconds{settings.login_timeout_ms};
    server.model.tunnels = true;
    server.model.tunnel_timeout = std::chrono::milliseconds{settings.tunnel_timeout_ms};
    if (!choose(settings, server.model.wire.faults, server.model.wire.variants)) {
        return exit_usage;
    }
    if (server.model.wire.variants.has(variant::smallest_limits)) {
        server.model.wire.bounds = smallest_legal_limits;
    }
    server.listening = [](std::uint16_t port) { std::cout << "listening on 127.0.0.1:" << port << std::endl; };
    print_error("model: " + serve_model(std::move(server)));
    return exit_gone;
}

int chat(const model_command_settings& settings) {
    const base::endpoint_result address = base::parse_endpoint(settings.server);
    if (!address.fault.empty()) {
        print_error("model --connect: " + address.fault);
        return exit_usage;
    }
    if (settings.pseudo.empty() || find_ill_formed_utf8(settings.pseudo) != utf8_well_formed) {
        print_error("model --pseudo " + base::printable(settings.pseudo) + ": expected a name, in UTF-8");
        return exit_usage;
    }
    connect_settings client;
    client.server = address.value;
    client.client.pseudo = settings.pseudo;
    if (!choose(settings, client.client.faults, client.client.variants)) {
        return exit_usage;
    }
    const auto left = connect_model(std::move(client));
    if (const auto* error = std::get_if<std::string>(&left)) {
        print_error("model: " + *error);
        return exit_gone;
    }
    return std::get<int>(left);
}

}  // namespace

int model_command(const model_command_settings& settings) {
    entry_list listed{settings.role};
    if (settings.list_faults) {
        for (const known_fault& fault : known_faults()) {
            listed.add({fault.role, fault.name, fault.rule, fault.description});
        }
        return listed.print("faults", settings.json);
    }
    if (settings.list_variants) {
        for (const auto& entry : all_entries<variant>()) {
            listed.add({test_role::server, entry.name, entry.rule, entry.description});
        }
        for (const auto& entry : all_entries<client_variant>()) {
            listed.add({test_role::client, entry.name, entry.rule, entry.description});
        }
        return listed.print("variants", settings.json);
    }
    return settings.role == test_role::client ? chat(settings) : serve(settings);
}

}  // namespace chatos::conformance
