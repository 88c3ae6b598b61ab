// The faults and legal variants of the models. A fault violates one rule on purpose: the suite must have a scenario
// that catches it and reports that rule. A variant does what a choice in the rules permits: the suite must not report
// it. The lists are in faults.def and client_faults.def.
#pragma once

#include "scenario/scenario.hpp"

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace chatos::conformance {

enum class fault : std::uint16_t {
#define SERVER_FAULT(id, rule, description) id,
#include "model/faults.def"
};

enum class variant : std::uint8_t {
#define SERVER_VARIANT(id, rule, description) id,
#include "model/faults.def"
};

enum class client_fault : std::uint8_t {
#define CLIENT_FAULT(id, rule, description) id,
#include "model/client_faults.def"
};

enum class client_variant : std::uint8_t {
#define CLIENT_VARIANT(id, rule, description) id,
#include "model/client_faults.def"
};

template <typename Id>
struct flag_entry {
    Id id;
    std::string_view name;         ///< "rpm-to-nobody-gets-ok", as --fault and scenarios write it
    std::string_view rule;         ///< that it violates or that permits it; empty for faults that violate nearly all
    std::string_view description;  ///< one clause
};

/// All faults or variants of one kind, in the order of the enumeration. No two kinds share a name.
template <typename Id>
[[nodiscard]] std::span<const flag_entry<Id>> all_entries() noexcept;
template <>
[[nodiscard]] std::span<const flag_entry<fault>> all_entries() noexcept;
template <>
[[nodiscard]] std::span<const flag_entry<variant>> all_entries() noexcept;
template <>
[[nodiscard]] std::span<const flag_entry<client_fault>> all_entries() noexcept;
template <>
[[nodiscard]] std::span<const flag_entry<client_variant>> all_entries() noexcept;

/// The entry with this name, or nullptr.
template <typename Id>
[[nodiscard]] const flag_entry<Id>* find_entry(std::string_view name) noexcept {
    const std::span<const flag_entry<Id>> entries = all_entries<Id>();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
    return entry == entries.end() ? nullptr : &*entry;
}

/// What a model deviates in; empty to begin with.
template <typename Id>
class flag_set {
public:
    void add(Id flag) { bits_.set(static_cast<std::size_t>(flag)); }
    [[nodiscard]] bool has(Id flag) const { return bits_.test(static_cast<std::size_t>(flag)); }

private:
    std::bitset<512> bits_;
};

using fault_set = flag_set<fault>;
using variant_set = flag_set<variant>;
using client_fault_set = flag_set<client_fault>;
using client_variant_set = flag_set<client_variant>;

/// A fault of either model, for reports.
struct known_fault {
    test_role role;  ///< of the model that has it
    std::string_view name;
    std::string_view rule;  ///< empty for faults that violate nearly all
    std::string_view description;
};

/// The server's faults, then the client's.
[[nodiscard]] std::span<const known_fault> known_faults();
/// The fault with this name, or nullptr.
[[nodiscard]] const known_fault* find_known_fault(std::string_view name);

}  // namespace chatos::conformance
