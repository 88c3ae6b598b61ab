// The conformance suite: scenario files of any text, and executions of those that load.
#include "scenario/scenario_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_scenario, chatos::fuzz::check_scenario)
