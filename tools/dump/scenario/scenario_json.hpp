// A planned scenario as the JSON that chatos-conformance reads, a step on each line.
#pragma once

#include "dump/output/output.hpp"
#include "dump/scenario/scenario_plan.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace chatos::dump {

struct scenario_name {
    std::string id;
    std::string title;
    std::map<std::string, std::uint64_t> needs;  ///< options that the server must be started with
};

void write_scenario(output& out, const scenario_plan& plan, const scenario_name& name);

}  // namespace chatos::dump
