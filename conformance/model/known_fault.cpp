#include "model/known_fault.hpp"

#include "model/client_fault.hpp"
#include "model/fault.hpp"

#include <algorithm>
#include <vector>

namespace chatos::conformance {
namespace {

std::vector<known_fault> list_faults() {
    std::vector<known_fault> listed;
    for (const fault_entry& one : all_faults()) {
        listed.push_back({test_role::server, one.name, one.rule, one.what});
    }
    for (const client_fault_entry& one : all_client_faults()) {
        listed.push_back({test_role::client, one.name, one.rule, one.what});
    }
    return listed;
}

}  // namespace

std::span<const known_fault> known_faults() {
    static const std::vector<known_fault> listed = list_faults();
    return listed;
}

const known_fault* find_known_fault(std::string_view name) {
    const std::span<const known_fault> all = known_faults();
    const auto at = std::find_if(all.begin(), all.end(), [&](const known_fault& one) { return one.name == name; });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace chatos::conformance
