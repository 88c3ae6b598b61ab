// Fails on purpose: shows that a finding is found, told and repeated.
#include "properties/canary_property.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_canary, chatos::fuzz::check_canary)
