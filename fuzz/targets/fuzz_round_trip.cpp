// Accepted bytes encode back to themselves.
#include "properties/round_trip_properties.hpp"
#include "targets/fuzz_target.hpp"

CHATOS_FUZZ_TARGET(fuzz_round_trip, chatos::fuzz::check_round_trip)
