#include "model/fault.hpp"

#include <array>
#include <vector>

namespace chatos::conformance {
namespace {

/// An enumerator's name with hyphens: "stop-and-wait" for stop_and_wait.
template <std::size_t Size>
struct hyphenated {
    std::array<char, Size> text{};

    consteval hyphenated(const char (&id)[Size]) {
        for (std::size_t index = 0; index < Size; ++index) {
            text[index] = id[index] == '_' ? '-' : id[index];
        }
    }
};

template <hyphenated Name>
constexpr std::string_view name_of{Name.text.data(), Name.text.size() - 1};

constexpr flag_entry<fault> server_faults[] = {
#define SERVER_FAULT(id, rule, description) {fault::id, name_of<#id>, rule, description},
#include "model/faults.def"
};

constexpr flag_entry<variant> server_variants[] = {
#define SERVER_VARIANT(id, rule, description) {variant::id, name_of<#id>, rule, description},
#include "model/faults.def"
};

constexpr flag_entry<client_fault> client_faults[] = {
#define CLIENT_FAULT(id, rule, description) {client_fault::id, name_of<#id>, rule, description},
#include "model/client_faults.def"
};

constexpr flag_entry<client_variant> client_variants[] = {
#define CLIENT_VARIANT(id, rule, description) {client_variant::id, name_of<#id>, rule, description},
#include "model/client_faults.def"
};

std::vector<known_fault> list_known_faults() {
    std::vector<known_fault> faults;
    for (const auto& entry : server_faults) {
        faults.push_back({test_role::server, entry.name, entry.rule, entry.description});
    }
    for (const auto& entry : client_faults) {
        faults.push_back({test_role::client, entry.name, entry.rule, entry.description});
    }
    return faults;
}

}  // namespace

template <>
std::span<const flag_entry<fault>> all_entries() noexcept {
    return server_faults;
}

template <>
std::span<const flag_entry<variant>> all_entries() noexcept {
    return server_variants;
}

template <>
std::span<const flag_entry<client_fault>> all_entries() noexcept {
    return client_faults;
}

template <>
std::span<const flag_entry<client_variant>> all_entries() noexcept {
    return client_variants;
}

std::span<const known_fault> known_faults() {
    static const std::vector<known_fault> faults = list_known_faults();
    return faults;
}

const known_fault* find_known_fault(std::string_view name) {
    const std::span<const known_fault> faults = known_faults();
    const auto fault = std::find_if(faults.begin(), faults.end(), [&](const known_fault& f) { return f.name == name; });
    return fault == faults.end() ? nullptr : &*fault;
}

}  // namespace chatos::conformance
